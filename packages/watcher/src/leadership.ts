import {
  type Clock,
  type CommandResult,
  type ConvoyLander,
  DatabaseError,
  type ReconcileOptions,
  type Reporter,
} from "@gastown/convoy-core";
import { createLeaderLock, type LeaderLock } from "@gastown/dolt-resolver";
import type { OpenedFiles } from "./open-files.ts";

/** How often those who stand by ask, in milliseconds. */
const STAND_BY = 1_000;
/** How often the leader makes sure, besides before each landing. */
const HEARTBEAT = 5_000;
/** What the one before may still have had under way is left to show. */
const TAKE_OVER = 2_000;

/** The name under which `status` tells who leads. */
const LEAD = "lead";

/** What may be done while this watcher leads. */
export interface Leadership {
  /** Aborted when another watcher leads, by a reason in words. */
  readonly lost: AbortSignal;
  /** Makes sure of it; another watcher's lead aborts `lost`. Throws a `DatabaseError` when that can't be told. */
  confirm(): Promise<void>;
  /** The lander, which runs nothing once the lead may be another's. */
  guard(lander: ConvoyLander): ConvoyLander;
}

export interface LeadOptions {
  readonly clock: Clock;
  readonly report: Reporter;
  readonly stop: AbortSignal;
}

/** The lock on the server that has the town's own database; undefined when no server has it. */
export function leaderLockOf({ files, dolt }: OpenedFiles): LeaderLock | undefined {
  try {
    const store = files.places()[0]?.store();
    return store?.kind === "dolt" ? createLeaderLock(dolt.open(store)) : undefined;
  } catch (error) {
    if (error instanceof DatabaseError) return undefined;
    throw error;
  }
}

/** Each landing makes sure of the lead first, on the server that has the town's convoys. */
export function underLead(
  { lander, rival, stop }: ReconcileOptions,
  leadership: Leadership,
): Pick<ReconcileOptions, "lander" | "rival" | "stop"> {
  return {
    lander: leadership.guard(lander),
    stop: AbortSignal.any([stop, leadership.lost]),
    async rival() {
      await leadership.confirm();
      return rival();
    },
  };
}

/** Works while this watcher is the one that leads, and stands by while another one does. Ends with the work, or by `stop`. */
export async function whileLeading(
  lock: LeaderLock,
  options: LeadOptions,
  work: (leadership: Leadership) => Promise<void>,
): Promise<void> {
  const { report, stop } = options;
  try {
    while (!stop.aborted) {
      const locked = await standBy(lock, options);
      if (stop.aborted) return;
      if (locked) report({ event: "source", name: LEAD, state: "up", detail: "this watcher leads the town" });
      const end = new AbortController();
      const lost = new AbortController();
      const heart = locked ? beat(lock, lost, end.signal, options) : Promise.resolve();
      try {
        await work(leadershipOf(lock, lost, locked));
      } finally {
        end.abort();
        await heart;
      }
      if (!lost.signal.aborted) return;
      report({ event: "warning", message: `${String(lost.signal.reason)} leads this town now: standing by` });
    }
  } finally {
    lock.release();
  }
}

/** Waits for the lead. False when there is no such lock: what hinders it will hinder the reads, too, and be told there. */
async function standBy(lock: LeaderLock, { clock, report, stop }: LeadOptions): Promise<boolean> {
  let told = "";
  let behind = false;
  const tell = (message: string, hint: string): void => {
    if (message !== told) report({ event: "warning", message, hint });
    told = message;
  };
  for (; !stop.aborted; await clock.sleep(STAND_BY, stop)) {
    try {
      const hold = await lock.take();
      if (hold.held) break;
      if (!behind) report({ event: "source", name: LEAD, state: "down", detail: `${hold.by} leads the town` });
      behind = true;
      tell(`${hold.by} leads this town: standing by`, "it is taken over within seconds when that one ends");
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      if (error.fault !== "unreachable" && error.fault !== "locked") return false;
      tell(error.message, error.hint);
    }
  }
  if (behind && !stop.aborted) {
    report({ event: "warning", message: "this watcher leads the town now" });
    await clock.sleep(TAKE_OVER, stop);
  }
  return true;
}

async function beat(lock: LeaderLock, lost: AbortController, end: AbortSignal, { clock }: LeadOptions): Promise<void> {
  for (;;) {
    await clock.sleep(HEARTBEAT, end);
    if (end.aborted || lost.signal.aborted) return;
    try {
      await confirm(lock, lost);
    } catch (error) {
      // The next one may be told.
      if (!(error instanceof DatabaseError)) throw error;
    }
  }
}

async function confirm(lock: LeaderLock, lost: AbortController): Promise<void> {
  const hold = await lock.take();
  if (!hold.held) lost.abort(hold.by);
}

function leadershipOf(lock: LeaderLock, lost: AbortController, locked: boolean): Leadership {
  const gone: CommandResult = {
    ended: "failed",
    output: "nothing was run: the connection that says who leads this town is gone",
  };
  return {
    lost: lost.signal,
    confirm: () => (locked ? confirm(lock, lost) : Promise.resolve()),
    guard: (lander) => ({
      ...lander,
      run: async (step, convoy, signals) => (locked && !lock.isHeld() ? gone : lander.run(step, convoy, signals)),
    }),
  };
}
