import { execFile } from "node:child_process";

/** What a supervisor that started us wants to hear. */
export interface Supervisor {
  /** The work has begun. */
  ready(): void;
  /** Told again and again while the work goes on; without it the supervisor starts the program anew. */
  alive(): void;
  stopping(): void;
  /** Milliseconds between two signs of life that it wants; undefined when it wants none. */
  readonly every: number | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * systemd, when it started us with `Type=notify`. Node has no datagram sockets of that kind, so its own systemd-notify is
 * run, which a unit must allow: `NotifyAccess=all`. Without systemd nothing happens.
 */
export function supervisor(env: Environment = process.env, program = "systemd-notify"): Supervisor {
  const socket = env["NOTIFY_SOCKET"];
  const forUs = env["WATCHDOG_PID"] === undefined || env["WATCHDOG_PID"] === String(process.pid);
  const limit = Number(env["WATCHDOG_USEC"]) / 1_000;
  const say = (state: string): void => {
    if (socket === undefined || socket === "") return;
    // Whether it is heard is the supervisor's business: it acts when it is not.
    execFile(program, [`--pid=${process.pid}`, state], { env: { ...env }, timeout: 5_000 }, () => undefined);
  };
  return {
    ready: () => say("READY=1"),
    alive: () => say("WATCHDOG=1"),
    stopping: () => say("STOPPING=1"),
    every: socket && forUs && limit > 0 ? limit / 3 : undefined,
  };
}

/**
 * Gives signs of life while something keeps happening: `note` is to be called whenever it does. When it has not for
 * `patience` milliseconds by `now`, the signs stop, and the supervisor starts the program anew.
 */
export function watchdog(
  { every, alive }: Supervisor,
  patience: number,
  now: () => number,
): { note(): void; stop(): void } {
  let last = now();
  const timer = every === undefined ? undefined : setInterval(() => now() - last < patience && alive(), every).unref();
  return {
    note() {
      last = now();
    },
    stop: () => clearInterval(timer),
  };
}
