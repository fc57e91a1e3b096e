/** Node 22 says of node:sqlite that it is experimental, to whoever loads it. Here it is loaded by request; other warnings pass. */
export function hushSqliteWarning(emitter: Pick<NodeJS.Process, "emitWarning"> = process): void {
  const emit = emitter.emitWarning as (warning: unknown, ...rest: unknown[]) => void;
  emitter.emitWarning = (warning: unknown, ...rest: unknown[]): void => {
    if (rest[0] === "ExperimentalWarning" && String(warning).startsWith("SQLite is an experimental feature")) return;
    emit.call(emitter, warning, ...rest);
  };
}
