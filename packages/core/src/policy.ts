import { isKnown } from "./beads.ts";
import type { ConvoySnapshot, TrackedIssue } from "./convoy.ts";
import type { Blocker } from "./records.ts";

/** Numbers that add up: `done + open + unknown + unmerged = total`. */
export interface Progress {
  readonly done: number;
  readonly open: number;
  readonly unknown: number;
  /** Closed, and not merged; there only with the gate, when there are any. */
  readonly unmerged?: number;
  readonly total: number;
}

/** What is to become of a convoy, and why. */
export interface Verdict extends Progress {
  /**
   * - `closed`: nothing is left to do
   * - `complete`: it tracks something, and all of it is done
   * - `waiting`: something is open, or can't be told, or (with the gate) is not merged
   * - `empty`, `staged`, `owned`: not ours to land
   * - `status`: gt does not know its status, and can do nothing about it
   */
  readonly kind: "closed" | "complete" | "waiting" | "empty" | "staged" | "owned" | "status";
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

function count(tracked: readonly TrackedIssue[]): Progress {
  const progress = { done: 0, open: 0, unknown: 0, total: tracked.length };
  let unmerged = 0;
  for (const issue of tracked) {
    if (issue.unmerged === undefined) progress[issue.state] += 1;
    else unmerged += 1;
  }
  return unmerged === 0 ? progress : { ...progress, unmerged };
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
