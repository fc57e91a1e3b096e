import { isKnown, type IssueState } from "./beads.ts";
import type { Unmerged } from "./merge-gate.ts";

/** An issue a convoy tracks, as just read from the database it lives in. */
export interface TrackedIssue {
  /** As stored in the convoy's dependency. */
  readonly reference: string;
  readonly id: string;
  readonly state: IssueState;
  /** Status as stored; absent when `state` is `unknown`. */
  readonly status?: string;
  /** Why the state is unknown, or what else is to be said of an open one; in words. */
  readonly why?: string;
  /** Name of the rig it lives in; `town` for the town itself. Absent when no route leads to it. */
  readonly rig?: string;
  readonly title?: string;
  readonly assignee?: string;
  /** When it got its present state, as stored. */
  readonly since?: string;
  /** It is closed, and its work is not merged. Only with the gate. */
  readonly unmerged?: Unmerged;
  /** It is closed, and whether its work is merged cannot be told; in words. Only with the gate. */
  readonly mergeState?: string;
}

/** A convoy and everything it tracks, from one fresh read. */
export interface ConvoySnapshot {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  /** Not closed, and not deleted. */
  readonly open: boolean;
  /** Status `staged_*`: planned, not launched. */
  readonly staged: boolean;
  /** Label `gt:owned`: its owner closes it. */
  readonly owned: boolean;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly closedAt?: string;
  readonly closeReason?: string;
  /** Addresses that wait for it: owner, notify, watchers of the description. */
  readonly notify?: readonly string[];
  /** The stamp `completion_notified_at` as stored: gt has told people, or tried. */
  readonly toldAt?: string;
  /** How its work gets to the main branch, when it says so. */
  readonly merge?: "direct" | "mr" | "local";
  readonly tracked: readonly TrackedIssue[];
}

/** It is there, and closed: not deleted. */
export function isClosed(convoy: ConvoySnapshot | undefined): convoy is ConvoySnapshot {
  return convoy !== undefined && !convoy.open && convoy.status !== "tombstone";
}

/** Two snapshots with the same fingerprint differ in nothing that matters to landing. */
export function fingerprint(convoy: ConvoySnapshot): string {
  const tracked = convoy.tracked.map(({ reference, state, status, since, unmerged }) => [
    reference,
    state,
    status,
    since,
    unmerged?.why,
  ]);
  return JSON.stringify([convoy.status, convoy.owned, convoy.updatedAt, tracked]);
}

/** Numbers that add up: `done + open + unknown + unmerged = total`. */
export interface Progress {
  readonly done: number;
  readonly open: number;
  readonly unknown: number;
  /** Closed, and not merged; there only with the gate, when there are any. */
  readonly unmerged?: number;
  readonly total: number;
}

/**
 * Why nothing is done about an open convoy:
 * - `waiting`: something is open, or can't be told, or (with the gate) is not merged
 * - `empty`, `staged`, `owned`: not ours to land
 * - `status`: gt does not know its status, and can do nothing about it
 */
export type Resting = "waiting" | "empty" | "staged" | "owned" | "status";

/** What is to become of a convoy, and why. */
export interface Verdict extends Progress {
  /** `closed`: nothing is left to do. `complete`: it tracks something, and all of it is done. */
  readonly kind: "closed" | "complete" | Resting;
  /** What the convoy waits on, in the order it tracks them. */
  readonly blockers: readonly TrackedIssue[];
  /** The verdict in words, a sentence each. */
  readonly reasons: readonly string[];
}

/** Judges a convoy by a fresh read of it. Empty never completes, and neither does anything unknown. */
export function judge(convoy: ConvoySnapshot): Verdict {
  const progress = count(convoy.tracked);
  const blockers = convoy.tracked.filter((issue) => issue.state !== "done" || issue.unmerged !== undefined);
  const verdict = (kind: Verdict["kind"], ...reasons: string[]): Verdict => ({ kind, ...progress, blockers, reasons });

  if (!convoy.open) return verdict("closed", `it is ${convoy.status}`);
  if (convoy.staged) return verdict("staged", `its status is ${convoy.status}: it has not been launched`);
  if (!isKnown(convoy.status))
    return verdict(
      "status",
      `its status is ${convoy.status}, which gt does not know: bd update ${convoy.id} --status open`,
    );
  if (progress.total === 0) return verdict("empty", "it tracks nothing");
  if (blockers.length > 0) return verdict("waiting", ...blockers.map(reasonOf));
  if (convoy.owned) return verdict("owned", "all tracked issues are closed, but its owner closes it (label gt:owned)");
  return verdict("complete", "all tracked issues are closed");
}

/** Something that it tracks is known not to be done. */
export function isHeld({ open, unmerged = 0 }: Verdict): boolean {
  return open > 0 || unmerged > 0;
}

function count(tracked: readonly TrackedIssue[]): Progress {
  const progress = { done: 0, open: 0, unknown: 0, total: tracked.length };
  let unmerged = 0;
  for (const issue of tracked) {
    if (issue.unmerged === undefined) progress[issue.state] += 1;
    else unmerged += 1;
  }
  return unmerged === 0 ? progress : { ...progress, unmerged };
}

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

/** What holds a convoy up, for a record. */
export function blockerOf(issue: TrackedIssue): Blocker {
  const { id, state, unmerged } = issue;
  if (unmerged === undefined)
    return { issue: id, state: state === "unknown" ? "unknown" : "open", why: reasonOf(issue) };
  const { since: _, stale: __, ...known } = unmerged;
  return { issue: id, state: "unmerged", ...known };
}

/** Why one tracked issue holds its convoy up, in words. */
export function reasonOf(issue: TrackedIssue): string {
  if (issue.unmerged !== undefined) return issue.unmerged.why;
  if (issue.state === "unknown") return issue.why ?? `${issue.id} cannot be judged`;
  const where = issue.rig === undefined ? "" : `${issue.rig}, `;
  const more = issue.why === undefined ? "" : `: ${issue.why}`;
  return `${issue.id} is not closed (${where}${issue.status ?? "open"})${more}`;
}

/** Merge requests that have not changed for too long to be waited for in silence, by a name of their own, and in words. */
export function staleOf({ blockers }: Verdict): ReadonlyMap<string, string> {
  const stale = blockers.filter(({ unmerged }) => unmerged?.stale === true);
  return new Map(stale.map((issue) => [`${issue.id} ${issue.unmerged?.request}`, reasonOf(issue)]));
}
