import type { ActivitySource, LandStep, Reporter } from "@gastown/convoy-core";
import type { DriverName } from "@gastown/sqlite-resolver";
import type { HookCommands } from "./hooks.ts";

/** A source of hints: `bd activity`, or the databases themselves. */
export type SourceName = "bd" | "db";

/** How to watch a town. All times in milliseconds. */
export interface WatchTownOptions {
  /** Root of the town, absolute. */
  readonly town: string;
  /** Version of the host, for the first record. */
  readonly version: string;
  /** Path of bd; else it is looked for on PATH. */
  readonly bd?: string | undefined;
  /** Path of gt; else it is looked for on PATH. */
  readonly gt?: string | undefined;
  /** What reads SQLite files; better-sqlite3 by default. */
  readonly driver?: DriverName | undefined;
  /** With none it sweeps only. */
  readonly sources: readonly SourceName[];
  /** Sources of the host's own. */
  readonly moreSources?: readonly ActivitySource[];
  /** Time between two sweeps. */
  readonly sweepEvery: number;
  /** How long to leave a complete convoy to another watcher of the town. */
  readonly grace: number;
  /** How long gt may tell people after it has closed a convoy; 5 minutes by default. */
  readonly tellLimit?: number | undefined;
  /** How long a stop waits for a command under way before it is left to end by itself; 10 s by default. */
  readonly leaveAfter?: number | undefined;
  /** The steps that may be taken, in this order. */
  readonly steps: readonly LandStep[];
  /** `merge`: a convoy waits until the work of its closed issues is merged. */
  readonly gate?: "off" | "merge" | undefined;
  /** How old the last change of a merge request may be before that is told of; 24 hours by default. */
  readonly mergeStaleAfter?: number | undefined;
  /** Commands of the user's, run for what comes to an end. */
  readonly hooks?: HookCommands | undefined;
  /** Find out, run nothing, write nothing. */
  readonly dryRun: boolean;
  /** Told of everything that happens. */
  readonly report: Reporter;
  /** Stop: take up nothing new, and leave what is under way to end by itself. The reason is reported as it is. */
  readonly stop: AbortSignal;
  /** Stop at once: end the command in flight, with all it started. */
  readonly kill: AbortSignal;
}
