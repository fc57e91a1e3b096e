/** The ways in which the system tells a process to stop. */
export interface Signals {
  /** Aborted by the first one, with its name. */
  readonly stop: AbortSignal;
  /** Aborted by the second one. */
  readonly kill: AbortSignal;
  /** The first one; undefined while there was none. */
  received(): NodeJS.Signals | undefined;
}

/** Milliseconds that a process has after the second signal. */
const LAST_MOMENTS = 3_000;

/** Takes the signals for the rest of the process's life: one that comes while it ends must not change how it ends. */
export function takeSignals(): Signals {
  const stop = new AbortController();
  const kill = new AbortController();
  let first: NodeJS.Signals | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    if (first === undefined) {
      first = name;
      stop.abort(name);
    } else if (!kill.signal.aborted) {
      kill.abort(name);
      setTimeout(() => process.exit(exitCodeOf(first)), LAST_MOMENTS).unref();
    }
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  return {
    stop: stop.signal,
    kill: kill.signal,
    received: () => first,
  };
}

/** As `convoy-cli`: a person who presses Ctrl-C interrupts, a supervisor that ends a process is obeyed. */
export function exitCodeOf(signal: NodeJS.Signals | undefined): number {
  return signal === "SIGINT" ? 130 : 0;
}
