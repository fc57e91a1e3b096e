import { type ConvoySnapshot, judge, parseTime, type TrackedIssue } from "@gastown/convoy-core";
import type { ConvoyDetail, ConvoyView, IssueView } from "./views.ts";

/** By convoy id: what a running watcher could not land. */
export type Stuck = Readonly<Record<string, NonNullable<ConvoyView["stuck"]>>>;

export function convoyView(convoy: ConvoySnapshot, stuck: Stuck): ConvoyView {
  const { kind, done, open, unknown, total, blockers } = judge(convoy);
  const waitsOn = kind === "closed" ? blockers.filter((issue) => isReopened(issue, convoy)) : blockers;
  return {
    convoy: convoy.id,
    title: convoy.title,
    status: convoy.status,
    verdict: kind,
    done,
    open,
    unknown,
    total,
    createdAt: isoTime(convoy.createdAt),
    updatedAt: isoTime(convoy.updatedAt),
    blockers: waitsOn.map(issueView),
    stuck: (kind === "closed" || !Object.hasOwn(stuck, convoy.id) ? undefined : stuck[convoy.id]) ?? null,
  };
}

export function convoyDetail(convoy: ConvoySnapshot, stuck: Stuck): ConvoyDetail {
  return { ...convoyView(convoy, stuck), reasons: judge(convoy).reasons, tracked: convoy.tracked.map(issueView) };
}

export function issueView(issue: TrackedIssue): IssueView {
  return {
    issue: issue.id,
    title: issue.title ?? null,
    rig: issue.rig ?? null,
    state: issue.state,
    status: issue.status ?? null,
    assignee: issue.assignee ?? null,
    since: isoTime(issue.since),
    why: issue.why ?? null,
  };
}

/** Open although its convoy is closed, and changed since: a convoy may also have been closed over an open issue on purpose. */
function isReopened(issue: TrackedIssue, convoy: ConvoySnapshot): boolean {
  if (issue.state !== "open") return false;
  const [changed, closed] = [parseTime(issue.since), parseTime(convoy.updatedAt)];
  return changed === undefined || closed === undefined || changed >= closed;
}

function isoTime(stored: string | undefined): string | null {
  const time = parseTime(stored);
  return time === undefined ? null : new Date(time).toISOString();
}
