import { parseTime, type TrackedIssue, type Unmerged } from "@gastown/convoy-core";

/** A tracked issue as programs get it. Times are ISO 8601 in UTC; what is not known is null. */
export interface IssueView {
  readonly issue: string;
  readonly title: string | null;
  /** The rig it lives in, or `town`. */
  readonly rig: string | null;
  readonly state: TrackedIssue["state"];
  readonly status: string | null;
  readonly assignee: string | null;
  /** When it was closed; for others when it was last changed. */
  readonly since: string | null;
  /** Why the state is unknown, or what else is to be said of an open one. */
  readonly why: string | null;
  /** It is closed, and not merged; only with the gate. */
  readonly unmerged?: UnmergedView;
  /** It is closed, and whether it is merged cannot be told; in words, only with the gate. */
  readonly mergeState?: string;
}

/** Why a closed issue holds its convoy up. */
export interface UnmergedView extends Omit<Unmerged, "since"> {
  readonly since: string | null;
}

/** The same of every tracked issue, wherever it is shown. */
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
    ...(issue.unmerged !== undefined && { unmerged: { ...issue.unmerged, since: isoTime(issue.unmerged.since) } }),
    ...(issue.mergeState !== undefined && { mergeState: issue.mergeState }),
  };
}

/** A time as stored, in ISO 8601; null when it is none. */
export function isoTime(stored: string | undefined): string | null {
  const time = parseTime(stored);
  return time === undefined ? null : new Date(time).toISOString();
}
