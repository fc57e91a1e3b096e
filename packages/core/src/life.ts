import type { ConvoySnapshot, Resting } from "./convoy.ts";
import type { CommandResult, GtKnowledge, Rival } from "./ports.ts";
import type { LandStep, WatchRecord } from "./records.ts";
import type { ToldVerdict } from "./told.ts";

/** A step that was taken, and how its command ended. */
export interface Try {
  readonly step: LandStep;
  readonly result: CommandResult;
}

/** Where a convoy is in its life. docs/convoy-life.md shows the ways from one to another. Times are monotonic. */
export type State =
  /** Never read. */
  | { readonly kind: "new" }
  /** Something that it tracks is not done, or it is not ours to land. */
  | { readonly kind: Resting }
  /** Complete, and perhaps still being put together. `since`: the hint that led to that. */
  | { readonly kind: "settling"; readonly since: number }
  /** Complete, and left to another watcher of the town. */
  | { readonly kind: "left"; readonly since: number }
  /** Its turn is to come, or `running` is under way for it. `asking`: to let gt judge what we can't. */
  | {
      readonly kind: "landing";
      readonly since: number;
      readonly tries: readonly Try[];
      readonly running?: LandStep;
      readonly asking?: boolean;
      /** Of gt and of the convoy when its turn began. */
      readonly print?: string;
    }
  /** Landing it failed; it is tried again. */
  | { readonly kind: "stuck"; readonly since: number }
  /** Closed by a command of ours. People are being told, or are to be: at `dueAt`, unless that is `running`. */
  | {
      readonly kind: "telling";
      readonly since: number;
      readonly by: LandStep;
      readonly closedAt: number;
      readonly running: boolean;
      readonly dueAt: number;
      readonly tries: number;
      /** Our command closed it for sure, so that gt may be asked to tell people again. */
      readonly mendable: boolean;
      /** When the command of a watcher before this one was started, by the wall clock. */
      readonly startedAt?: number;
      /** The time of the close as its row first had it: who closes it once more writes another. */
      readonly stamp?: string;
    }
  /** The ends: closed by a command of ours, closed by others, deleted. */
  | { readonly kind: "landed" | "closed" | "gone" };

/** Landings of one convoy that did not come about. */
export interface Failure {
  readonly attempts: number;
  /** Of gt and of the convoy: when either changes, the count starts anew. */
  readonly print: string;
  readonly retryAt: number;
  readonly reported: boolean;
}

/** What is known of a convoy between two looks at it. Losing all of it costs repeated records, nothing else. */
export interface Life {
  readonly id: string;
  readonly state: State;
  readonly title: string;
  /** When the first hint came that has not been judged yet. */
  readonly hintedAt?: number;
  /** The last verdict told, so that it is not told again. */
  readonly said?: string;
  /** What it tracked when last read; and when some of just that was last known to be open. */
  readonly tracks?: string;
  readonly openTracks?: string;
  /** Until when what it tracks may not be all that it will track. */
  readonly settled?: { readonly tracks: string; readonly until: number };
  /** Close events that named an issue which we can't see, and that issue: gt has not been asked about them. */
  readonly asks: ReadonlyMap<string, string>;
  /** It is left to another watcher until then: as complete, or `asking` as one that we can't judge. */
  readonly left?: { readonly since: number; readonly until: number; readonly asking: boolean };
  readonly failure?: Failure;
  /** How often in a row it could not be read when its turn had come. */
  readonly unread: number;
  /** A command of ours has ended, and what became of the convoy could not be read. */
  readonly unverified?: LandStep;
  /** When it was seen closed, of late. */
  readonly closes: readonly number[];
  /** How many of them have been warned of. */
  readonly warnedOf?: number;
  /** Merge requests that were told of as stale. */
  readonly stale?: ReadonlySet<string>;
}

/** What has happened. */
export type Seen =
  /** A source named it, or an issue that it tracks; `ask`: by a close event. `reopened`: the convoy itself was opened again. */
  | {
      readonly kind: "hint";
      readonly ask?: { readonly event: string; readonly issue: string };
      readonly reopened?: boolean;
    }
  /** It was read; undefined: there is no such convoy. */
  | { readonly kind: "read"; readonly convoy: ConvoySnapshot | undefined }
  /** It could not be read when its turn had come. */
  | { readonly kind: "unread"; readonly why: string }
  /** A command ran, and the convoy was read after it; without `result` the command still runs. */
  | {
      readonly kind: "ran";
      readonly result?: CommandResult;
      readonly convoy: ConvoySnapshot | undefined;
      readonly unread?: string;
    }
  /** gt has ended telling people; without `verdict` what the rows say could not be read. No convoy: it is gone. */
  | {
      readonly kind: "told";
      readonly convoy: ConvoySnapshot | undefined;
      readonly verdict: ToldVerdict | undefined;
      readonly result: CommandResult | undefined;
    }
  /** A command of the watcher before this one has no known end. */
  | { readonly kind: "unfinished"; readonly step: LandStep; readonly startedAt: number };

/** All else that a step is decided from. */
export interface Context {
  readonly now: number;
  readonly wall: number;
  /** When the wall clock was last seen to jump. */
  readonly jumpedAt: number;
  readonly random: number;
  /** Which gt there is. */
  readonly gt: string;
  readonly grace: number;
  readonly steps: readonly LandStep[];
  readonly dryRun: boolean;
  /** Who closes convoys besides us, in words. */
  readonly others: string;
  /** It is this convoy's turn: a command may be run for it now. */
  readonly turn?: Turn;
  /** When a command of ours that looks at every convoy last ran, by the wall clock. */
  readonly checkedAll?: { readonly from: number; readonly to: number };
}

/** A turn of a convoy to be landed. */
export interface Turn {
  readonly rival: Rival | undefined;
  readonly knows: GtKnowledge;
  /** `check` has proved futile for such convoys. */
  readonly futile: (convoy: ConvoySnapshot) => boolean;
  readonly stopped: boolean;
}

/** What is to be done next. */
export type Next =
  | { readonly kind: "nothing" }
  /** Read it again after so many milliseconds. */
  | { readonly kind: "look"; readonly after: number }
  /** Give it a turn. */
  | { readonly kind: "turn" }
  /** Run a command; `ask`: only to let gt judge. */
  | { readonly kind: "land" | "ask"; readonly step: LandStep }
  /** Find out who was told; `again`: after gt was asked to tell them again. */
  | { readonly kind: "tell"; readonly again: boolean };

export interface Outcome {
  readonly life: Life;
  readonly records: readonly WatchRecord[];
  readonly next: Next;
  /** Close events that gt has been asked about. */
  readonly asked?: readonly string[];
}

/** What a step leads to. */
export function outcome(life: Life, next: Next = NOTHING, records: readonly WatchRecord[] = []): Outcome {
  return { life, records, next };
}

export const NOTHING: Next = { kind: "nothing" };

/** Read it again after so many milliseconds. */
export function look(after: number): Next {
  return { kind: "look", after };
}

/** A convoy of which nothing is known yet. */
export function newLife(id: string): Life {
  return { id, state: { kind: "new" }, title: "", asks: new Map(), unread: 0, closes: [] };
}

/** It was complete when last read, and is open as far as is known. */
export function isPending({ kind }: State): boolean {
  return kind === "settling" || kind === "left" || kind === "landing" || kind === "stuck";
}

/** The same, and nothing known of these. */
export function without<T extends object, K extends keyof T>(from: T, ...keys: K[]): T {
  const kept = { ...from };
  for (const key of keys) delete kept[key];
  return kept;
}
