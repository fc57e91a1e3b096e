import {
  type Clock,
  type CommandResult,
  type ConvoyLander,
  DatabaseError,
  orFault,
  type ReconcileOptions,
  type Reporter,
  type Rival,
} from "@gastown/convoy-core";
import { createLeaderLock, type DoltDatabase, type Hold, type LeaderLock } from "@gastown/dolt-resolver";
import type { OpenedFiles } from "./databases.ts";

/** Nobody else can act. */
const ALONE = { held: true, anew: false, alone: true } as const;

/** Who may act in a town. */
export type TownHold = Hold | typeof ALONE;

/** The lead of a town, wherever it is kept just now. */
export interface TownLead extends Omit<LeaderLock, "take"> {
  /** As `LeaderLock.take`; `alone` while no server has the town's own database. */
  take(): Promise<TownHold>;
}

/** The lock on the server that has the town's own database, found anew each time: a town moves to a server while it is watched. */
export function createTownLead({ files, dolt }: OpenedFiles, clock: Pick<Clock, "now" | "wall">): TownLead {
  let at: { readonly database: DoltDatabase; readonly lock: LeaderLock } | undefined;
  let busy = false;
  let alone = false;

  const lockNow = (): LeaderLock | undefined => {
    const store = files.places()[0]?.store();
    const database = store?.kind === "dolt" ? dolt.open(store) : undefined;
    if (at !== undefined && at.database === database) return at.lock;
    at?.lock.release();
    at = database && { database, lock: createLeaderLock(database, clock) };
    at?.lock.setBusy(busy);
    return at?.lock;
  };

  return {
    async take() {
      alone = false;
      const lock = lockNow();
      if (lock !== undefined) return lock.take();
      alone = true;
      return ALONE;
    },
    isProved: (within) => alone || at?.lock.isProved(within) === true,
    setBusy(wanted) {
      busy = wanted;
      at?.lock.setBusy(wanted);
    },
    release: () => at?.lock.release(),
  };
}

/** How often those who stand by ask, in milliseconds. */
const STAND_BY = 1_000;
/** How often the leader gives a sign of life, in milliseconds; a few that are left out cost it the lead. */
const HEARTBEAT = 2_000;
/** What the one before may still have had under way is left to show. */
const TAKE_OVER = 2_000;
/** How long one that was last seen with a command under way counts as a rival at work: as long as that may take. */
const AT_WORK = 60_000;
/** How old the proof may be by which a command is run. */
const PROOF_FOR = 1_000;

/** What may be done while this watcher leads. */
export interface Leadership {
  /** Aborted when another watcher leads, by a reason in words. */
  readonly lost: AbortSignal;
  /** Makes sure of it; another watcher's lead aborts `lost`. Throws a `DatabaseError` when that can't be told. */
  confirm(): Promise<unknown>;
  /** The one that led before, while what it has started may still close convoys. */
  before(): Rival | undefined;
  /** The lander, which runs nothing but by a proof of the lead that is fresh when the command starts. */
  guard(lander: ConvoyLander): ConvoyLander;
}

type LeadOptions = Pick<ReconcileOptions, "clock" | "report" | "stop">;

/** Each landing makes sure of the lead first, on the server that has the town's convoys. */
export function underLead(
  { lander, rival, stop }: ReconcileOptions,
  leadership: Leadership,
): Pick<ReconcileOptions, "lander" | "rival" | "stop"> {
  let asked = false;
  return {
    lander: leadership.guard(lander),
    stop: AbortSignal.any([stop, leadership.lost]),
    async rival() {
      // The first question comes before anything is read, and must not end the work: the guard holds all the same.
      await (asked ? leadership.confirm() : orFault(leadership.confirm()));
      asked = true;
      return leadership.before() ?? rival();
    },
  };
}

/** Works while this watcher is the one that leads, and stands by while another one does. Ends with the work, or by `stop`. */
export async function whileLeading(
  lock: TownLead,
  options: LeadOptions,
  work: (leadership: Leadership) => Promise<void>,
): Promise<void> {
  const { report, stop } = options;
  const teller = createTeller(report);
  try {
    while (!stop.aborted) {
      const before = await standBy(lock, options, teller);
      if (stop.aborted) return;
      const end = new AbortController();
      const lost = new AbortController();
      const leadership = leadershipOf(lock, lost, teller.leads, before);
      const heart = beat(leadership, options.clock, end.signal);
      try {
        await work(leadership);
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

/** Leads for the time of one piece of work, which has made sure that it may. */
export function leadershipOf(
  lock: TownLead,
  lost: AbortController,
  onLead?: (hold: TownHold) => void,
  before: Leadership["before"] = () => undefined,
): Leadership {
  let commands = 0;
  const busy = (more: number): void => lock.setBusy((commands += more) > 0);
  const sure = async (): Promise<TownHold> => {
    const hold = await lock.take();
    if (hold.held) onLead?.(hold);
    else lost.abort(hold.by);
    return hold;
  };
  return {
    lost: lost.signal,
    before,
    confirm: sure,
    guard: (lander) => ({
      ...lander,
      async run(...command) {
        busy(1);
        try {
          // By this call a fresh one, so that whoever slept since the last one finds out what happened meanwhile.
          const hold = await orFault(sure());
          if (hold instanceof DatabaseError) return notRun(hold.message);
          if (!hold.held) return notRun(`${hold.by} leads this town`);
          if (hold.anew) return notRun("the lead had to be taken anew");
          if (!lock.isProved(PROOF_FOR)) return notRun("who leads this town was asked too long ago");
          return await lander.run(...command);
        } finally {
          busy(-1);
        }
      },
    }),
  };
}

type Teller = ReturnType<typeof createTeller>;

/** Tells of the lead: each thing once. */
function createTeller(report: Reporter) {
  let state = "";
  let told = "";
  const tell = (now: "up" | "down", detail: string): boolean => {
    if (state === `${now} ${detail}`) return false;
    state = `${now} ${detail}`;
    report({ event: "source", name: "lead", state: now, detail });
    return true;
  };
  const warn = (message: string, hint: string): void => {
    if (message !== told) report({ event: "warning", message, hint });
    told = message;
  };
  return {
    leads(hold: TownHold): void {
      told = "";
      if ("alone" in hold) state = "";
      else tell("up", "this watcher leads the town");
    },
    follows(by: string): void {
      if (tell("down", `${by} leads the town`))
        warn(`${by} leads this town: standing by`, "it is taken over within seconds when that one ends");
    },
    /** It can't be told who leads. */
    wonders: ({ message, hint }: DatabaseError): void => warn(message, hint),
  };
}

/**
 * Waits for the lead. Goes on without when it can't be told whose it is: then nothing is run before it can.
 *
 * @returns who led before, for as long as that matters
 */
async function standBy(lock: TownLead, options: LeadOptions, teller: Teller): Promise<Leadership["before"]> {
  const { clock, report, stop } = options;
  let leader: (TownHold & { readonly held: false }) | undefined;
  for (; !stop.aborted; await clock.sleep(STAND_BY, stop)) {
    const hold = await orFault(lock.take());
    if (hold instanceof DatabaseError) {
      teller.wonders(hold);
      // Asking again will do when the server is away, or busy. Else the reads will say what is wrong, too.
      if (leader === undefined && hold.fault !== "unreachable" && hold.fault !== "locked") break;
    } else if (hold.held) {
      teller.leads(hold);
      break;
    } else {
      leader = hold;
      teller.follows(hold.by);
      if (hold.stuck !== undefined) teller.wonders(hold.stuck);
    }
  }
  if (leader === undefined || stop.aborted) return () => undefined;
  const { by, busy } = leader;
  const until = clock.now() + AT_WORK;
  report({ event: "warning", message: "this watcher leads the town now" });
  await clock.sleep(TAKE_OVER, stop);
  return () => (busy && clock.now() < until ? { name: `${by}, which led before,`, checking: true } : undefined);
}

async function beat({ lost, confirm }: Leadership, clock: Clock, end: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep(HEARTBEAT, end);
    if (end.aborted || lost.aborted) return;
    // What can't be told now, the next one may.
    await orFault(confirm());
  }
}

function notRun(why: string): CommandResult {
  return { ended: "failed", output: `nothing was run: ${why}` };
}
