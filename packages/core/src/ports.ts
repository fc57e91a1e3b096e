import type { ConvoySnapshot } from "./convoy.ts";
import type { MergeRequests } from "./merge-gate.ts";
import type { LandStep, Reporter, SourceState } from "./records.ts";

/** Time, injected. All times in milliseconds. */
export interface Clock {
  /** Monotonic, from any origin: for durations and delays. */
  now(): number;
  /** Since the epoch, and set back or forward at any time: only to compare with stored times, and for records. */
  wall(): number;
  /** Ends after `ms`, or as soon as the signal is aborted; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** One issue that may have changed. */
export interface IssueChange {
  readonly issue: string;
  /** The source has seen it closed or deleted. */
  readonly closed: boolean;
  /** The source has seen it opened again. */
  readonly reopened?: boolean;
  /** What tells this event from another of the same issue, if the source knows. */
  readonly stamp?: string;
}

/** Something a source noticed. It only says *look at this now*; what to do is decided from a fresh read. */
export type Hint =
  | { readonly kind: "issues"; readonly changes: readonly IssueChange[] }
  /** Look at everything: the source has (re)started, or knows that it missed something. */
  | { readonly kind: "sweep"; readonly reason: string }
  | { readonly kind: "state"; readonly state: SourceState; readonly detail?: string }
  | { readonly kind: "warning"; readonly message: string; readonly hint?: string };

/** A source of hints. Losing, repeating or reordering hints changes nothing but the delay. */
export interface ActivitySource {
  /** How records call it: `bd`, `db`. */
  readonly name: string;
  /**
   * Follows the source until the signal is aborted; the iteration then ends, and nothing is left behind. The first
   * hint says that the source is attached (what happens from now on will be told), or why it can't be.
   */
  hints(signal: AbortSignal): AsyncIterable<Hint>;
  /** A convoy became complete and this source had said nothing: it may be mute. */
  doubt?(): void;
  /** A new opening saw what the one before did not show: nothing that was read last may be relied on. */
  reopen?(): void;
}

/** How convoys are to be read. */
export interface ReadOptions {
  /** Through openings made for this read, before which those that were there are closed. */
  readonly fresh?: boolean;
}

/** What the town's databases say. Every answer is read anew; reads fail with a `DatabaseError`. */
export interface ConvoyStore {
  /** Changes with every committed write in the town; undefined when a part of it cannot be read. */
  revision?(): Promise<string | undefined>;
  /** Ids of all convoys that are not closed. */
  openConvoys(options?: ReadOptions): Promise<readonly string[]>;
  /** For each of these issues that open convoys track, those convoys. An id of an open convoy itself counts, too. */
  convoysTracking(issues: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** These convoys, with all they track. What is not there, or not a convoy, is left out. */
  readConvoys(ids: readonly string[], options?: ReadOptions): Promise<ReadonlyMap<string, ConvoySnapshot>>;
  /** Ids of all closed convoys. */
  closedConvoys?(): Promise<readonly string[]>;
  /** Closed convoys that track this issue. */
  closedConvoysTracking?(issue: string): Promise<readonly string[]>;
  /** The mails of a convoy's completion; undefined when that can't be known. */
  messagesAbout?(convoy: string): Promise<readonly Message[] | undefined>;
  /** What is known of how the work of these issues gets to the main branch; issues that are not there are left out. */
  mergeRequests?(issues: readonly string[], options?: ReadOptions): Promise<ReadonlyMap<string, MergeRequests>>;
  /** For those of these ids that are merge requests, the issue that each is about. What cannot be read is left out. */
  mergeSources?(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** A mail that says that a convoy has completed. */
export interface Message {
  /** Its address, as stored. */
  readonly to: string;
  /** When it was written, as stored. */
  readonly at: string;
}

/** How a landing command ended. None of it proves anything: the convoy is read again. */
export interface CommandResult {
  /**
   * `exit`: by itself, with an exit status. The others: by a signal, out of time, not there, not to be started, or not
   * at all: it was left running.
   */
  readonly ended: "exit" | "signal" | "timeout" | "not-found" | "failed" | "left";
  readonly exitCode?: number;
  /** The last of what it printed on stdout and stderr, or why it could not be run. */
  readonly output: string;
}

/** What a command that runs is told. */
export interface LandSignals {
  /** Ends the command and all it started. With the reason "timeout" it has `ended: "timeout"`. */
  readonly kill: AbortSignal;
  /** Leaves it running by itself: nobody waits for it any more, and it has `ended: "left"`. */
  readonly leave: AbortSignal;
}

/** What a gt can do, by its generation. */
export interface GtKnowledge {
  /** `gt convoy check` looks at the one convoy that it is given. One that ignores the id looks at every open convoy. */
  readonly checkTakesId: boolean;
  /** It stamps a convoy when it has told people, and tells them of a closed one without a stamp (July 2026 and later). */
  readonly stamps: boolean;
}

/** Runs the commands that close convoys and tell those who wait. Nothing else changes the town. */
export interface ConvoyLander {
  /** The command of a step as a person would type it. */
  command(step: LandStep, convoy: string): string;
  /** Runs it to its end, however long that takes: limits are the caller's. Never rejects. */
  run(step: LandStep, convoy: string, signals: LandSignals): Promise<CommandResult>;
  /** Changes when the program behind the commands is replaced. Never throws. */
  identity(): string;
  /** What the program behind the commands can do; found out once for each identity. */
  knows(): Promise<GtKnowledge>;
}

/** Who else lands convoys in the town. */
export interface Rival {
  /** In words. */
  readonly name: string;
  /** A command of its own that closes convoys runs now. */
  readonly checking: boolean;
}

/** A landing command of the watcher before this one, of which no end is known. */
export interface Unfinished {
  readonly convoy: string;
  readonly step: LandStep;
  /** In milliseconds since the epoch. */
  readonly startedAt: number;
  /** Settles when that command, which still runs, has ended. */
  readonly running?: Promise<void>;
}

/** What waits in a watcher, and for how long. */
export interface Gauges {
  /** Convoys that wait to be judged, or are being judged. */
  readonly judging: number;
  /** Convoys whose turn to be landed has come. */
  readonly landing: number;
  /** Convoys whose time has not come: a retry, a grace, a settling. */
  readonly delayed: number;
  /** When the oldest hint came that has not been judged yet, ISO 8601. */
  readonly oldestHint?: string;
}

/** How long a gt may take to close its convoy and then to tell people, and a stop waits for it, unless said otherwise; milliseconds. */
export const LIMITS = { close: 60_000, tell: 300_000, leave: 10_000 } as const;

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
  /** How long a stop waits for a gt under way before that is left to end by itself; 10 seconds by default. */
  readonly leaveAfter?: number;
  /** `merge`: an issue whose merge request is not merged holds its convoy up. */
  readonly gate?: "off" | "merge";
  /** After so long without a change a merge request that holds a convoy up is told of; 24 hours by default. */
  readonly mergeStaleAfter?: number;
  /** Called once, at the start, with what says how much waits now. */
  readonly observe?: (gauges: () => Gauges) => void;
  /** Stop: take up nothing new, finish the command in flight. */
  readonly stop: AbortSignal;
  /** Stop at once: end the command in flight, too. */
  readonly kill: AbortSignal;
}
