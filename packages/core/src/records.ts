import type { Progress } from "./convoy.ts";
import type { LandStep } from "./ports.ts";
import type { Told } from "./told.ts";

/** How a source of hints is doing; `unavailable`: the town does not have it. */
export type SourceState = "up" | "down" | "unavailable";

/** What holds a convoy up: a tracked issue that is open, or cannot be told, or is closed and not merged. */
export interface Blocker {
  readonly issue: string;
  readonly state: "open" | "unknown" | "unmerged";
  readonly why: string;
  /** Its merge request, with the branch, where that is to go, and the issue that asks for a conflict to be resolved. */
  readonly request?: string;
  readonly branch?: string;
  readonly target?: string;
  readonly task?: string;
}

/** What a watcher has to say. Hosts add `time`, and print one a line. */
export type WatchRecord =
  | {
      readonly event: "hello";
      readonly version: string;
      readonly pid: number;
      readonly town: string;
      readonly bd: string | null;
      readonly gt: string | null;
    }
  /** The first sweep is done and the sources are attached: from here on nothing is missed. */
  | { readonly event: "watching"; readonly sources: readonly string[]; readonly convoys: number }
  | { readonly event: "close"; readonly issue: string; readonly source: string; readonly convoys: readonly string[] }
  | ({
      readonly event: "waiting";
      readonly convoy: string;
      readonly title: string;
      readonly blockers: readonly Blocker[];
    } & Progress)
  | {
      readonly event: "complete";
      readonly convoy: string;
      readonly title: string;
      readonly done: number;
      readonly total: number;
    }
  | { readonly event: "checking"; readonly convoy: string; readonly command: string }
  | {
      readonly event: "landed";
      readonly convoy: string;
      readonly title: string;
      /** Milliseconds since the hint that led here. */
      readonly ms: number;
      /** The step after which it was found closed. */
      readonly by: LandStep;
      /** Whether the people who wait have been told. */
      readonly told?: Told;
      /** Addresses that have not been told. */
      readonly untold?: readonly string[];
      /** What gt itself said of it. */
      readonly said?: string;
      /** Milliseconds from the hint until gt had ended. */
      readonly toldMs?: number;
      /** Milliseconds from the last tracked issue's close to the convoy's, when both are known. */
      readonly closedAfter?: number;
    }
  /** A command of ours has closed it, and is telling people. */
  | {
      readonly event: "telling";
      readonly convoy: string;
      readonly title: string;
      /** Milliseconds since the hint that led here. */
      readonly ms: number;
      readonly by: LandStep;
    }
  /** Somebody else closed it. */
  | {
      readonly event: "closed";
      readonly convoy: string;
      readonly title: string;
      /** Who, as far as that is known. */
      readonly by: string;
      readonly done: number;
      readonly total: number;
      /** Tracked issues that are not done, at most 20. */
      readonly open: readonly string[];
    }
  | {
      readonly event: "stuck";
      readonly convoy: string;
      readonly title: string;
      readonly attempts: number;
      readonly output: string;
      /** What a person can do, where gt or bd said something that is known. */
      readonly hint?: string;
    }
  | {
      readonly event: "skipped";
      readonly convoy: string;
      readonly title: string;
      readonly reason: "empty" | "owned" | "staged" | "status" | "rival";
      readonly detail: string;
    }
  | { readonly event: "source"; readonly name: string; readonly state: SourceState; readonly detail?: string }
  | {
      readonly event: "sweep";
      readonly reason: string;
      readonly convoys: number;
      readonly complete: number;
      readonly ms: number;
    }
  /** Nothing is landed for now, in the whole town. */
  | { readonly event: "frozen"; readonly reason: string }
  /** What was `frozen` is so no more. */
  | { readonly event: "resumed" }
  | { readonly event: "warning"; readonly message: string; readonly hint?: string }
  | { readonly event: "stopped"; readonly reason: string };
