import type { Verdict } from "@gastown/convoy-core";
import type { IssueView, UnmergedView } from "@gastown/convoy-watcher";

export type { IssueView, UnmergedView };

/** A convoy, as `--json` prints it. */
export interface ConvoyView {
  readonly convoy: string;
  readonly title: string;
  readonly status: string;
  readonly verdict: Verdict["kind"];
  readonly done: number;
  readonly open: number;
  readonly unknown: number;
  /** Closed and not merged; only with the gate, when there are any. */
  readonly unmerged?: number;
  readonly total: number;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  /** Open, unknown and unmerged ones among what it tracks. For a closed convoy: issues that are open again. */
  readonly blockers: readonly IssueView[];
  /** What a running watcher says of its attempts, when it could not land it. */
  readonly stuck: { readonly at: string; readonly attempts: number; readonly output: string } | null;
}

/** A convoy in depth. */
export interface ConvoyDetail extends ConvoyView {
  /** The verdict in words. */
  readonly reasons: readonly string[];
  readonly tracked: readonly IssueView[];
}

/** A running watcher, by its own account. */
export interface WatcherView {
  readonly pid: number;
  readonly since: string;
  readonly watchingSince: string | null;
  readonly sources: readonly {
    readonly name: string;
    readonly state: string;
    readonly detail: string | null;
    readonly since: string;
  }[];
  readonly lastClose: { readonly at: string; readonly issue: string; readonly source: string } | null;
  readonly lastSweep: {
    readonly at: string;
    readonly convoys: number;
    readonly complete: number;
    readonly ms: number;
  } | null;
  readonly landed: number;
  readonly lastLanded: {
    readonly at: string;
    readonly convoy: string;
    readonly title: string;
    readonly ms: number;
  } | null;
  /** Milliseconds from the hint to the close, over the last landings. */
  readonly landing: { readonly p50: number; readonly p99: number } | null;
  readonly closedByOthers: number;
  /** Landed convoys of which somebody was not told. */
  readonly untold: readonly { readonly convoy: string; readonly at: string; readonly to: readonly string[] }[];
  /** What is under way. */
  readonly now: {
    readonly landing: { readonly convoy: string; readonly since: string; readonly command: string } | null;
    readonly telling: readonly { readonly convoy: string; readonly since: string }[];
  };
  /** Convoys that wait to be judged, to be landed, or until their time has come. */
  readonly queues: { readonly judging: number; readonly landing: number; readonly delayed: number } | null;
  readonly oldestHint: string | null;
  readonly lastReadError: { readonly at: string; readonly rig: string; readonly message: string } | null;
  /** Why nothing is landed in the whole town. */
  readonly frozen: { readonly at: string; readonly reason: string } | null;
  readonly warnings: readonly { readonly at: string; readonly message: string }[];
}
