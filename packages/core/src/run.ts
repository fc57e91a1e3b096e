import type { ConvoySnapshot } from "./convoy.ts";
import { DatabaseError, orFault } from "./errors.ts";
import { gatedStore } from "./gated-store.ts";
import { type Context, type Life, newLife, type Outcome, type Turn } from "./life.ts";
import { type Clock, type Gauges, LIMITS, type ReconcileOptions } from "./ports.ts";
import { createRecent, type Recent } from "./recent.ts";
import { WorkQueue } from "./work-queue.ts";

/** How far the wall clock may go astray, against the monotonic one, before that counts as a jump. */
const JUMP = 2_000;
const DAY = 24 * 3_600_000;

/** A sweep whose convoys are being judged. */
export interface Sweeping {
  readonly left: Set<string>;
  complete: number;
  /** How many of them just became so, without a hint. */
  fresh: number;
  readonly over: () => void;
  readonly fail: (error: unknown) => void;
  readonly afresh: boolean;
}

/** The state of a running watcher. */
export interface Run {
  readonly options: ReconcileOptions;
  /** Convoys to be read and judged; whoever works on one of them holds its key here. */
  readonly judging: WorkQueue<string>;
  /** Convoys whose turn to be landed has come. */
  readonly landing: WorkQueue<string>;
  /** Issues that were opened again, for closed convoys that track them. */
  readonly reopened: WorkQueue<string>;
  readonly lives: Map<string, Life>;
  /** Close events gt has been asked about, and those told of, so that a replay does neither again. */
  readonly asked: Recent<true>;
  readonly heard: Recent<true>;
  /** Who else was last seen landing convoys here. */
  rival: string | undefined;
  /** Why landings are held, as last told. */
  held: string | undefined;
  /** When a command that looks at every convoy last ran, by the wall clock. */
  checkedAll: { readonly from: number; readonly to: number } | undefined;
  /** Wall clock minus monotonic one, and when that last jumped. */
  offset: number;
  jumpedAt: number;
  /** What of ours runs: to wake who waits for the convoy to be closed. */
  closing: { readonly convoy: string; readonly wake: () => void } | undefined;
  /** People are being told; each settles when that is over. Never rejects but by a fault of this program. */
  readonly tellings: Set<Promise<void>>;
  /** Aborted when what still runs is to be left running. */
  readonly leave: AbortSignal;
  /** The convoy whose turn to be landed it is. */
  claimed: string | undefined;
  sweeping: Sweeping | undefined;
  /** The last sweep that looked at everything: of what revision, what it found. */
  swept: { readonly revision: string; readonly convoys: number; readonly complete: number } | undefined;
  /** Sweeps since the last one that opened every database for itself. */
  relied: number;
  /** Called when the wall clock has jumped. */
  jumped: () => void;
  /** Called after each step of a life. */
  changed: () => void;
}

export function createRun(given: ReconcileOptions, leave: AbortSignal): Run {
  const options = withGate(given);
  const { clock } = options;
  return {
    options,
    judging: new WorkQueue(clock),
    landing: new WorkQueue(clock),
    reopened: new WorkQueue(clock),
    lives: new Map(),
    asked: createRecent(),
    heard: createRecent(),
    rival: undefined,
    held: undefined,
    checkedAll: undefined,
    offset: clock.wall() - clock.now(),
    jumpedAt: Number.NEGATIVE_INFINITY,
    closing: undefined,
    tellings: new Set(),
    leave,
    claimed: undefined,
    sweeping: undefined,
    swept: undefined,
    relied: 0,
    jumped: () => undefined,
    changed: () => undefined,
  };
}

/** With the gate everything is read through it. */
function withGate(options: ReconcileOptions): ReconcileOptions {
  const { gate, store, mergeStaleAfter = DAY, clock } = options;
  if (gate !== "merge") return options;
  return { ...options, store: gatedStore(store, { staleAfter: mergeStaleAfter, wall: () => clock.wall() }) };
}

/**
 * Begins a run and brings it to its end, however its work ends: nothing new is taken up then, what runs has a while to
 * end by itself and is left running after that, and all `tasks` are over before this is.
 *
 * @param work `end` lets it take up nothing new before it is over itself
 */
export async function withRun<T>(
  options: ReconcileOptions,
  work: (run: Run, tasks: Promise<unknown>[], end: () => void) => Promise<T>,
): Promise<T> {
  const { clock, leaveAfter = LIMITS.leave } = options;
  const [end, over] = [new AbortController(), new AbortController()];
  const stop = AbortSignal.any([options.stop, end.signal]);
  const run = createRun({ ...options, stop }, abortedAfter(stop, leaveAfter, clock, over.signal));
  const tasks: Promise<unknown>[] = [];
  onAbort(stop, () => {
    for (const queue of [run.judging, run.landing, run.reopened]) queue.shutDown();
  });
  try {
    const result = await work(run, tasks, () => end.abort());
    await idle(run);
    return result;
  } finally {
    end.abort();
    await Promise.allSettled([...tasks, ...run.tellings]);
    over.abort();
  }
}

/** Settles when nobody is being told any more. */
export async function idle(run: Run): Promise<void> {
  while (run.tellings.size > 0) await Promise.all(run.tellings);
}

/** Aborted so long after this signal, in milliseconds, unless it is `over` before. */
export function abortedAfter(signal: AbortSignal, ms: number, clock: Clock, over: AbortSignal): AbortSignal {
  const late = new AbortController();
  onAbort(signal, () => {
    void clock.sleep(ms, over).then(() => {
      if (!over.aborted) late.abort();
    });
  });
  return late.signal;
}

function onAbort(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, { once: true });
}

/** The life of a convoy, which begins when it is first heard of. */
export function lifeOf(run: Run, convoy: string): Life {
  return run.lives.get(convoy) ?? newLife(convoy);
}

/** Keeps the outcome of a step, and says what it has to say. */
export function keep(run: Run, { life, records, asked = [] }: Outcome): void {
  run.lives.set(life.id, life);
  for (const event of asked) run.asked.set(event, true);
  for (const record of records) run.options.report(record);
  run.changed();
}

/** Notices when the wall clock has jumped since it was last looked at: this machine slept, or its time was set. */
export function lookAtClock(run: Run): void {
  const { clock } = run.options;
  const offset = clock.wall() - clock.now();
  const hasJumped = Math.abs(offset - run.offset) > JUMP;
  run.offset = offset;
  if (!hasJumped) return;
  run.jumpedAt = clock.now();
  run.jumped();
}

/** What a step is decided from now, besides the convoy itself. */
export function contextOf(run: Run, turn?: Turn, gt: string = run.options.lander.identity()): Context {
  const { clock, dryRun, grace, random, steps } = run.options;
  lookAtClock(run);
  return {
    now: clock.now(),
    wall: clock.wall(),
    jumpedAt: run.jumpedAt,
    random: random(),
    gt,
    grace,
    steps,
    dryRun,
    others: run.rival ?? "somebody else",
    ...(turn !== undefined && { turn }),
    ...(run.checkedAll !== undefined && { checkedAll: run.checkedAll }),
  };
}

/** One convoy as it is now, by a new opening; undefined when it is gone. A command is run only after this. */
export async function readConvoy(run: Run, id: string): Promise<ConvoySnapshot | undefined> {
  return (await readAfresh(run, [id])).get(id);
}

/**
 * Convoys through new openings. Where the databases that were open show something else, they have missed it, and the
 * sources that rely on them are told.
 */
export async function readAfresh(run: Run, ids: readonly string[]): Promise<ReadonlyMap<string, ConvoySnapshot>> {
  const { store, sources } = run.options;
  const known = await orFault(store.readConvoys(ids));
  const convoys = await store.readConvoys(ids, { fresh: true });
  const hasMissed = !(known instanceof DatabaseError) && inOrder(known) !== inOrder(convoys);
  if (hasMissed) for (const source of sources) source.reopen?.();
  return convoys;
}

function inOrder(convoys: ReadonlyMap<string, ConvoySnapshot>): string {
  return JSON.stringify([...convoys].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** What waits now. */
export function gaugesOf({ options: { clock }, judging, landing, lives }: Run): Gauges {
  let oldest: number | undefined;
  for (const { hintedAt } of lives.values())
    if (hintedAt !== undefined && hintedAt < (oldest ?? Number.POSITIVE_INFINITY)) oldest = hintedAt;
  return {
    judging: judging.busy,
    landing: landing.busy,
    delayed: judging.delayed,
    ...(oldest !== undefined && { oldestHint: new Date(clock.wall() - clock.now() + oldest).toISOString() }),
  };
}
