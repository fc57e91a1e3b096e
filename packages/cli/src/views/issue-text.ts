import { printable } from "@gastown/convoy-core";
import { sinceInWords } from "./layout.ts";
import type { IssueView, UnmergedView } from "./views.ts";

/** A blocker in full: `al-9uj (alpha, in progress, held by alpha/polecats/nux for 3 h)`, or why it can't be judged. */
export function blockerInFull(issue: IssueView, now: number): string {
  if (issue.unmerged !== undefined) return `${whyUnmerged(issue.unmerged)}${unchangedFor(issue.unmerged, now)}`;
  return issue.state === "unknown"
    ? whyUnknown(issue)
    : `${printable(issue.issue)} (${factsOf(issue, now).join(", ")})`;
}

/** A blocker in short: `al-9uj (alpha, 3 h)`. */
export function blockerInShort(issue: IssueView, now: number): string {
  if (issue.unmerged !== undefined) return whyUnmerged(issue.unmerged);
  if (issue.state === "unknown") return whyUnknown(issue);
  const facts = [issue.rig, sinceInWords(issue.since, now)].filter((fact) => typeof fact === "string");
  return `${printable(issue.issue)}${facts.length === 0 ? "" : ` (${facts.map((fact) => printable(fact, 40)).join(", ")})`}`;
}

/** What is known of an issue, from the outside in. */
export function factsOf(issue: IssueView, now: number): string[] {
  const { rig, status, since, state, why } = issue;
  const long = sinceInWords(since, now);
  const stored = statusInWords(status ?? state);
  const where = rig === null ? [] : [printable(rig, 60)];
  if (state === "done") return [...where, long === undefined ? stored : `${stored} ${long} ago`];
  const more = state === "open" && why !== null ? [printable(why, 80)] : [];
  return [...where, stored, ...more, ...holderOf(issue, long)];
}

/** Who has an open issue and for how long, or that nobody has: an issue that waits for hands is what people look for. */
function holderOf({ assignee, status }: IssueView, long: string | undefined): string[] {
  if (assignee !== null && assignee !== "")
    return [`held by ${printable(assignee, 80)}${long === undefined ? "" : ` for ${long}`}`];
  const unchanged = long === undefined ? [] : [`unchanged for ${long}`];
  return status === "open" || status === "in_progress" || status === "hooked"
    ? ["nobody has it", ...unchanged]
    : unchanged;
}

export function statusInWords(status: string): string {
  return status === "tombstone" ? "deleted" : printable(status, 40).replaceAll("_", " ");
}

/** Why a closed issue holds its convoy up, in the words of the records. */
export function whyUnmerged({ why }: UnmergedView): string {
  return printable(why, 400);
}

function unchangedFor({ since }: UnmergedView, now: number): string {
  const long = sinceInWords(since, now);
  return long === undefined ? "" : `, unchanged for ${long}`;
}

function whyUnknown({ issue, why }: IssueView): string {
  return printable(why ?? `${issue} cannot be judged`, 300);
}
