/** The ways in which the system tells a process to stop. */
export interface Signals {
  /** Aborted by the first one, with its name. */
  readonly stop: AbortSignal;
  /** Aborted by the second one. */
  readonly kill: AbortSignal;
  /** The first one; undefined while there was none. */
  received(): NodeJS.Signals | undefined;
  /** Gives the signals back to the system. */
  dispose(): void;
}

/** Milliseconds that a process has after the second signal. */
const LAST_MOMENTS = 3_000;

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
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.on(name, onSignal);
  return {
    stop: stop.signal,
    kill: kill.signal,
    received: () => first,
    dispose() {
      for (const name of names) process.off(name, onSignal);
    },
  };
}

/** As `convoy-cli`: a person who presses Ctrl-C interrupts, a supervisor that ends a process is obeyed. */
export function exitCodeOf(signal: NodeJS.Signals | undefined): number {
  return signal === "SIGINT" ? 130 : 0;
}
