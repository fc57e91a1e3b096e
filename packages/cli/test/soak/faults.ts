import { utimesSync } from "node:fs";
import { join } from "node:path";
import { type Control, type ControlState, isAlive } from "@gastown/test-fixtures";
import { kill } from "../support/processes.ts";

/** What goes wrong around a watcher. Each fault is short; `heal` ends them all. */
export interface Faults {
  strike(): void;
  heal(): void;
  /** When (unix ms) each stand-in was killed: it could not note its own end. */
  readonly killed: ReadonlyMap<number, number>;
}

const HEALTHY: ControlState = { bd: { intervalMs: 100 }, gt: { mode: "head" } };

const TROUBLES: readonly ControlState[] = [
  HEALTHY,
  { gt: { mode: "seed" } },
  { gt: { mode: "head", delayMs: 400 } },
  { gt: { mode: "fails", stderr: "Error: listing convoys: database is locked" } },
  { gt: { mode: "lies" } },
  { gt: { mode: "warns" } },
  { gt: { mode: "hangs", ignoreSigterm: true, grandchild: true } },
  { gt: { mode: "crash-after-close", base: "head" } },
  { bd: { intervalMs: 100, mute: ["alpha"] } },
  { bd: { intervalMs: 100, lossy: true } },
  { bd: { intervalMs: 100, exit: { ms: 300, exitCode: 0 } } },
  { bd: { intervalMs: 100, ignoreSigterm: true, grandchild: true } },
  { bd: { activity: "no-daemons" } },
  { bd: { activity: "silent" } },
];

export function createFaults(control: Control, random: () => number): Faults {
  const killed = new Map<number, number>();
  const running = (program: "bd" | "gt"): number[] =>
    control
      .calls(program)
      .filter(({ pid, end }) => end === undefined && isAlive(pid))
      .map(({ pid }) => pid);
  const killAll = (program: "bd" | "gt", signal: NodeJS.Signals): void => {
    for (const pid of running(program)) {
      kill(pid, signal);
      if (signal === "SIGKILL") killed.set(pid, Date.now());
    }
  };

  return {
    killed,
    strike() {
      const what = random();
      if (what < 0.3) killAll("bd", random() < 0.5 ? "SIGKILL" : "SIGTERM");
      else if (what < 0.55) killAll("gt", "SIGKILL");
      else if (what < 0.65) control.restartDaemon(random() < 0.5 ? "alpha" : "beta");
      else control.set(TROUBLES[Math.floor(random() * TROUBLES.length)] ?? HEALTHY);
    },
    heal() {
      control.set(HEALTHY);
      // An upgraded gt is tried at once, whatever the one before it has failed at.
      utimesSync(join(control.dir, "gt"), new Date(), new Date());
      killAll("gt", "SIGKILL");
      killAll("bd", "SIGKILL");
    },
  };
}
