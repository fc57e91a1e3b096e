import type { Progress } from "./policy.ts";
import type { LandStep } from "./ports.ts";

/** How a source of hints is doing; `unavailable`: the town does not have it. */
export type SourceState = "up" | "down" | "unavailable";

/** Something that was wrong with one open or unknown tracked issue. */
export interface Blocker {
  readonly issue: string;
  readonly state: "open" | "unknown";
  readonly why: string;
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
    }
  | {
      readonly event: "stuck";
      readonly convoy: string;
      readonly title: string;
      readonly attempts: number;
      readonly output: string;
    }
  | {
      readonly event: "skipped";
      readonly convoy: string;
      readonly title: string;
      readonly reason: "empty" | "owned" | "staged" | "rival";
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
  | { readonly event: "warning"; readonly message: string; readonly hint?: string }
  | { readonly event: "stopped"; readonly reason: string };
