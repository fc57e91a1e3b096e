import { EXIT } from "./exit-codes.ts";

const DRAIN_LIMIT = 10_000;
/** Then nothing can be waited for any more: a child that will not end, or that we may not end. */
const KILL_LIMIT = 3_000;

/** The two ways to stop, as signals of the system ask for them. */
export interface Stopping {
  /** Aborted by the first signal: finish the command in flight. */
  readonly stop: AbortSignal;
  /** Aborted by the second signal, or 10 s after the first. */
  readonly kill: AbortSignal;
  /** What stopped us; undefined while nothing did. */
  reason(): string | undefined;
  /** The exit status that goes with the reason. */
  exitCode(): number;
  /** Gives the signals back to the system. */
  dispose(): void;
}

/** Takes SIGINT, SIGTERM and SIGHUP, and a reader of stdout that went away. */
export function takeSignals(say: (text: string) => void): Stopping {
  const stop = new AbortController();
  const kill = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  let reason: string | undefined;

  const exitCode = (): number => (reason === "SIGINT" ? EXIT.interrupted : EXIT.done);
  const force = (): void => {
    kill.abort();
    timers.push(setTimeout(() => process.exit(exitCode()), KILL_LIMIT).unref());
  };
  const onSignal = (signal: string): void => {
    if (reason !== undefined) return force();
    reason = signal;
    if (signal !== "EPIPE") say("stopping (again to force)");
    stop.abort(signal);
    timers.push(setTimeout(force, DRAIN_LIMIT).unref());
  };
  const handlers = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((name) => [name, () => onSignal(name)] as const);
  for (const [name, handler] of handlers) process.on(name, handler);
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code === "EPIPE" && reason === undefined) onSignal("EPIPE");
  };
  process.stdout.on("error", onError);

  return {
    stop: stop.signal,
    kill: kill.signal,
    reason: () => reason,
    exitCode,
    dispose() {
      for (const [name, handler] of handlers) process.off(name, handler);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
