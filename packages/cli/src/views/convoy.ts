import { type ConvoySnapshot, judge, parseTime, type TrackedIssue, type Verdict } from "@gastown/convoy-core";
import { isoTime, issueView, type IssueView } from "@gastown/convoy-watcher";

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
  /** Null while it is open. */
  readonly closedAt: string | null;
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

/** By convoy id: what a running watcher could not land. */
export type Stuck = ReadonlyMap<string, NonNullable<ConvoyView["stuck"]>>;

export function convoyView(convoy: ConvoySnapshot, stuck: Stuck): ConvoyView {
  const { kind, done, open, unknown, unmerged, total, blockers } = judge(convoy);
  const isClosed = kind === "closed";
  return {
    convoy: convoy.id,
    title: convoy.title,
    status: convoy.status,
    verdict: kind,
    done,
    open,
    unknown,
    ...(unmerged !== undefined && { unmerged }),
    total,
    createdAt: isoTime(convoy.createdAt),
    updatedAt: isoTime(convoy.updatedAt),
    closedAt: isClosed ? isoTime(convoy.closedAt) : null,
    blockers: blockers.filter((issue) => !isClosed || isReopened(issue, convoy)).map(issueView),
    stuck: (isClosed ? undefined : stuck.get(convoy.id)) ?? null,
  };
}

export function convoyDetail(convoy: ConvoySnapshot, stuck: Stuck): ConvoyDetail {
  return { ...convoyView(convoy, stuck), reasons: judge(convoy).reasons, tracked: convoy.tracked.map(issueView) };
}

/** Open although its convoy is closed, and changed since: a convoy may also have been closed over an open issue on purpose. */
function isReopened(issue: TrackedIssue, convoy: ConvoySnapshot): boolean {
  if (issue.state !== "open") return false;
  const [changed, closed] = [parseTime(issue.since), parseTime(convoy.updatedAt)];
  return changed === undefined || closed === undefined || changed >= closed;
}

/** What needs a look first: stuck, complete, then those nearest to landing, oldest first; closed ones last, newest first. */
export function byUrgency(one: ConvoyView, other: ConvoyView): number {
  return (
    rank(one) - rank(other) ||
    (one.verdict === "closed" ? compare(closeOf(other), closeOf(one)) : left(one) - left(other)) ||
    compare(one.createdAt, other.createdAt) ||
    compare(one.convoy, other.convoy)
  );
}

function rank({ stuck, verdict }: ConvoyView): number {
  return stuck === null ? ["complete", "waiting", "owned", "status", "staged", "empty", "closed"].indexOf(verdict) : -1;
}

/** When a closed convoy was closed; of one that does not say, when it was last written to. */
export function closeOf({ closedAt, updatedAt }: ConvoyView): string | null {
  return closedAt ?? updatedAt;
}

function left({ done, total }: ConvoyView): number {
  return total - done;
}

function compare(one: string | null, other: string | null): number {
  const [a, b] = [one ?? "", other ?? ""];
  return a < b ? -1 : Number(a > b);
}
