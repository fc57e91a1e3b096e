import { type ConvoySnapshot, judge, parseTime, type TrackedIssue } from "@gastown/convoy-core";
import { isoTime, issueView } from "@gastown/convoy-watcher";
import type { ConvoyDetail, ConvoyView } from "./views.ts";

/** By convoy id: what a running watcher could not land. */
export type Stuck = Readonly<Record<string, NonNullable<ConvoyView["stuck"]>>>;

export function convoyView(convoy: ConvoySnapshot, stuck: Stuck): ConvoyView {
  const { kind, done, open, unknown, unmerged, total, blockers } = judge(convoy);
  const waitsOn = kind === "closed" ? blockers.filter((issue) => isReopened(issue, convoy)) : blockers;
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
    blockers: waitsOn.map(issueView),
    stuck: (kind === "closed" || !Object.hasOwn(stuck, convoy.id) ? undefined : stuck[convoy.id]) ?? null,
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
