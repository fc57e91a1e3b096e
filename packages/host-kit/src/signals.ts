import { basename } from "node:path";
import { linkOf } from "@gastown/process";
import { isFull, isWriteOnly, outliveOutput, pipeReader } from "./output.ts";

/**
 * Whether `nohup` started us. It asks the system to ignore SIGHUP, but Node takes that back before we are asked; what is
 * left is the name that shells note in `_`, and the stdin of GNU's nohup: /dev/null, open for writing only.
 */
export function underNohup(env: Readonly<Record<string, string | undefined>>, proc = "/proc"): boolean {
  if (basename(env["_"] ?? "") === "nohup") return true;
  // Deno would ask the user for leave.
  if ("Deno" in globalThis) return false;
  return linkOf(`${proc}/self/fd/0`) === "/dev/null" && isWriteOnly(`${proc}/self/fdinfo/0`) === true;
}

/** Then nothing can be waited for any more: a child that will not end, or that we may not end. */
const KILL_LIMIT = 3_000;
const LOOK_FOR_READER = 1_000;
const INTERRUPTED = 130;

/** The two ways to stop, as the system asks for them. */
export interface Stopping {
  /** Aborted by the first signal, with its name: take up nothing new, and leave what is under way to end by itself. */
  readonly stop: AbortSignal;
  /** Aborted by the second signal, or when the drain limit is over. */
  readonly kill: AbortSignal;
  /** What stopped us: a signal, or the code of a failed write; undefined while nothing did. */
  reason(): string | undefined;
  /** The exit status that goes with the reason. */
  exitCode(): number;
  /** Gives the signals back to the system. */
  dispose(): void;
}

export interface TakeSignalsOptions {
  /** Told that the first signal has come. */
  readonly say?: (text: string) => void;
  /** Milliseconds from the first signal until what still runs is ended; for ever by default. */
  readonly drain?: number;
  /** Milliseconds from the first signal until the process ends, and leaves what still runs; for ever by default. */
  readonly patience?: number;
  /** The program stops when nobody reads its stdout any more, and goes on over a full disk. */
  readonly boundToOutput?: boolean;
}

/**
 * Takes SIGINT, SIGTERM and SIGHUP, and a stdout that is gone. SIGHUP never counts as a second signal: a terminal that
 * closes sends several. Under nohup it is ignored.
 */
export function takeSignals({ say, drain, patience, boundToOutput = false }: TakeSignalsOptions = {}): Stopping {
  const stop = new AbortController();
  const kill = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  const deaf = underNohup(process.env);
  let reason: string | undefined;

  const exitCode = (): number => (reason === "SIGINT" ? INTERRUPTED : 0);
  const force = (): void => {
    kill.abort(reason);
    timers.push(setTimeout(() => process.exit(exitCode()), KILL_LIMIT).unref());
  };
  const begin = (why: string): void => {
    if (reason !== undefined) return;
    reason = why;
    stop.abort(why);
    if (drain !== undefined) timers.push(setTimeout(force, drain).unref());
    if (patience !== undefined) timers.push(setTimeout(() => process.exit(exitCode()), patience).unref());
  };
  const onSignal = (name: string): void => {
    if (name === "SIGHUP" && deaf) return;
    if (reason !== undefined) return name === "SIGHUP" ? undefined : force();
    say?.("stopping (again to force)");
    begin(name);
  };
  const onError = (error: NodeJS.ErrnoException): void => {
    if (!isFull(error)) begin(error.code ?? "EIO");
  };

  const handlers = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((name) => [name, () => onSignal(name)] as const);
  for (const [name, handler] of handlers) process.on(name, handler);
  if (boundToOutput) {
    outliveOutput();
    process.stdout.on("error", onError);
    const reader = pipeReader(1);
    if (reader !== undefined)
      timers.push(setInterval(() => reader.isGone() && begin("EPIPE"), LOOK_FOR_READER).unref());
  }

  return {
    stop: stop.signal,
    kill: kill.signal,
    reason: () => reason,
    exitCode,
    dispose() {
      for (const [name, handler] of handlers) process.off(name, handler);
      process.stdout.off("error", onError);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
