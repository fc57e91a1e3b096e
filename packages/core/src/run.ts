import { gatedStore } from "./gated-store.ts";
import type {
  ActivitySource,
  Clock,
  ConvoyLander,
  ConvoyStore,
  LandStep,
  Reporter,
  Rival,
  Unfinished,
} from "./ports.ts";
import { WorkQueue } from "./work-queue.ts";

/** What a watcher is made of, and how it is to behave. All times in milliseconds. */
export interface ReconcileOptions {
  readonly store: ConvoyStore;
  readonly lander: ConvoyLander;
  readonly sources: readonly ActivitySource[];
  readonly clock: Clock;
  readonly report: Reporter;
  /** A number in [0, 1) for jitter. */
  readonly random: () => number;
  /** Time between two sweeps. */
  readonly sweepEvery: number;
  /** How long to leave a complete convoy to another watcher of the town. */
  readonly grace: number;
  /** The steps that may be taken, in this order. */
  readonly steps: readonly LandStep[];
  /** Find out, and do nothing. */
  readonly dryRun: boolean;
  /** Who else lands convoys in this town; undefined when nobody does. */
  readonly rival: () => Promise<Rival | undefined>;
  /** What the watcher before this one left without an end. */
  readonly unfinished?: readonly Unfinished[];
  /** Why nothing is to be landed in the whole town, in words; undefined when there is no such reason. */
  readonly hold?: () => Promise<string | undefined>;
  /** How long gt may tell people after it has closed a convoy; 5 minutes by default. */
  readonly tellLimit?: number;
  /** `merge`: an issue whose merge request is not merged holds its convoy up. */
  readonly gate?: "off" | "merge";
  /** After so long without a change a merge request that holds a convoy up is told of; 24 hours by default. */
  readonly mergeStaleAfter?: number;
  /** Stop: take up nothing new, finish the command in flight. */
  readonly stop: AbortSignal;
  /** Stop at once: end the command in flight, too. */
  readonly kill: AbortSignal;
}

/** Landings of one convoy that did not come about. */
export interface Failure {
  readonly attempts: number;
  /** Of the convoy, and of gt: when either changes, the count starts anew. Absent when nothing could be tried. */
  readonly fingerprint?: string;
  readonly retryAt: number;
  readonly reported: boolean;
}

/** What is remembered of a convoy between two looks at it. Losing all of it costs repeated records, nothing else. */
export interface ConvoyMemory {
  title?: string;
  /** When the first hint came that has not been judged yet. */
  hintedAt?: number;
  /** The last thing reported, so that it is not reported again. */
  told?: string;
  /** When the hint came that led to the verdict `complete`. */
  completeSince?: number;
  /** Number of landing commands that had ended in the town at that time. */
  commandsBefore?: number;
  /** What it tracked when last judged. */
  tracks?: string;
  /** When what it tracks may be taken to be all it will track. */
  settledAt?: number;
  /** When another watcher's grace is over. */
  rivalUntil?: number;
  /** Close events that named one of its issues; gt may see what we can't. */
  ask?: Set<string>;
  failure?: Failure;
  /** Merge requests that were told of as stale. */
  stale?: ReadonlySet<string>;
  /** How often in a row it could not be read when its turn to land had come. */
  unread?: number;
}

/** The state of a running watcher. */
export interface Run {
  readonly options: ReconcileOptions;
  readonly judging: WorkQueue<string>;
  readonly landing: WorkQueue<string>;
  readonly memories: Map<string, ConvoyMemory>;
  /** For each read of the judge that is under way: convoys that were found closed since it began. */
  readonly reads: Set<Set<string>>;
  /** Landing commands that have ended so far, in the whole town. */
  commands: number;
  /** Steps that proved futile, by kind of convoy, for one identity of gt. */
  readonly futile: Map<string, Set<LandStep>>;
  futileFor: string;
  /** Close events gt has been asked about, so that a replay does not ask again. */
  readonly asked: Set<string>;
  /** Reopened issues of closed convoys that have been told of. */
  readonly warned: Set<string>;
  /** Who else was last seen landing convoys here. */
  rival: string | undefined;
  /** The last sweep that looked at everything and found nothing to land, and of what revision. */
  swept: { readonly revision: string; readonly convoys: number } | undefined;
  /** Sweeps since the last one that opened every database for itself. */
  relied: number;
}

export function createRun(given: ReconcileOptions): Run {
  const options = withGate(given);
  return {
    options,
    judging: new WorkQueue(options.clock),
    landing: new WorkQueue(options.clock),
    memories: new Map(),
    reads: new Set(),
    commands: 0,
    futile: new Map(),
    futileFor: "",
    asked: new Set(),
    warned: new Set(),
    rival: undefined,
    swept: undefined,
    relied: 0,
  };
}

const DAY = 24 * 3_600_000;

/** With the gate everything is read through it. */
function withGate(options: ReconcileOptions): ReconcileOptions {
  const { gate, store, mergeStaleAfter = DAY, clock } = options;
  if (gate !== "merge") return options;
  return { ...options, store: gatedStore(store, { staleAfter: mergeStaleAfter, wall: () => clock.wall() }) };
}

/** Once `stop` is aborted the queues give out nothing more. */
export function shutDownOn(stop: AbortSignal, run: Run): void {
  const shutDown = (): void => {
    run.judging.shutDown();
    run.landing.shutDown();
  };
  if (stop.aborted) shutDown();
  else stop.addEventListener("abort", shutDown, { once: true });
}

/** The memory of a convoy, made when there is none. */
export function memoryOf(run: Run, convoy: string): ConvoyMemory {
  let memory = run.memories.get(convoy);
  if (memory === undefined) run.memories.set(convoy, (memory = {}));
  return memory;
}

/** Forgets a convoy that is closed or gone; a read that began before that no longer counts. */
export function forget(run: Run, convoy: string): void {
  run.memories.delete(convoy);
  for (const outdated of run.reads) outdated.add(convoy);
}

const REMEMBERED = 10_000;

/** Adds to a set that forgets its oldest members; false when it was in it already. */
export function remember(set: Set<string>, member: string): boolean {
  if (set.has(member)) return false;
  set.add(member);
  const [oldest] = set;
  if (set.size > REMEMBERED && oldest !== undefined) set.delete(oldest);
  return true;
}
