import { setFlagsFromString } from "node:v8";

/** Node 22 says of node:sqlite that it is experimental, to whoever loads it. Here it is loaded by request; other warnings pass. */
export function hushSqliteWarning(emitter: Pick<NodeJS.Process, "emitWarning"> = process): void {
  const emit = emitter.emitWarning as (warning: unknown, ...rest: unknown[]) => void;
  emitter.emitWarning = (warning: unknown, ...rest: unknown[]): void => {
    if (rest[0] === "ExperimentalWarning" && String(warning).startsWith("SQLite is an experimental feature")) return;
    emit.call(emitter, warning, ...rest);
  };
}

/**
 * What makes V8 keep its heap small and leave out its optimising compilers: a watcher sleeps nearly always, and its work is
 * done by SQLite. See docs/decisions/0008-small-heap.md for what each is worth.
 */
const FLAGS = ["--optimize-for-size", "--no-maglev", "--no-opt"] as const;

/** Trades speed for memory in this process, for as long as it runs. To be called before there is much of a heap; Node only. */
export function keepHeapSmall(versions: NodeJS.ProcessVersions = process.versions): void {
  if (versions["deno"] !== undefined || versions["bun"] !== undefined) return;
  for (const flag of FLAGS) setFlagsFromString(flag);
}
