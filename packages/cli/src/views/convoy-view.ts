import { type ConvoySnapshot, judge, parseTime, printable, type TrackedIssue } from "@gastown/convoy-core";
import { isoTime, issueView } from "@gastown/convoy-watcher";
import type { Style } from "../output.ts";
import { blockerInShort } from "./issue-text.ts";
import { plural } from "./layout.ts";
import type { ConvoyDetail, ConvoyView, IssueView } from "./views.ts";

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

/** What needs a look first: stuck, complete, then those nearest to landing, oldest first; closed ones last, newest first. */
export function byUrgency(one: ConvoyView, other: ConvoyView): number {
  return (
    rank(one) - rank(other) ||
    (one.verdict === "closed" ? compare(other.updatedAt, one.updatedAt) : left(one) - left(other)) ||
    compare(one.createdAt, other.createdAt) ||
    compare(one.convoy, other.convoy)
  );
}

function rank({ stuck, verdict }: ConvoyView): number {
  return stuck === null ? ["complete", "waiting", "owned", "status", "staged", "empty", "closed"].indexOf(verdict) : -1;
}

function left({ done, total }: ConvoyView): number {
  return total - done;
}

function compare(one: string | null, other: string | null): number {
  const [a, b] = [one ?? "", other ?? ""];
  return a < b ? -1 : Number(a > b);
}

/** What a convoy waits on, or what else there is to say of it, in short. */
export function stateInShort(convoy: ConvoyView, now: number): string {
  const { stuck, verdict } = convoy;
  // What is stuck at the gate has not been tried: what it waits on says more.
  if (stuck === null || (verdict === "waiting" && convoy.unmerged !== undefined)) return STATES[verdict](convoy, now);
  return `stuck after ${plural(stuck.attempts, "attempt")}`;
}

const STATES: Readonly<Record<ConvoyView["verdict"], (convoy: ConvoyView, now: number) => string>> = {
  complete: () => "complete, not closed yet",
  waiting: (convoy, now) => `${startOf(convoy)}${firstOf(convoy.blockers, now)}`,
  owned: () => "complete; its owner closes it",
  staged: () => "staged, not launched",
  status: ({ status }) => `skipped: gt does not know its status ${printable(status)}`,
  empty: () => "tracks nothing",
  closed: ({ blockers, done, total }, now) =>
    blockers.length > 0 ? `closed, but open again: ${firstOf(blockers, now)}` : `closed, ${done} of ${total}`,
};

/** What the first blocker is. */
function startOf({ blockers: [first], open }: ConvoyView): string {
  if (first?.unmerged !== undefined) return "not merged: ";
  return open === 0 ? "cannot be judged: " : "waits on ";
}

function firstOf(blockers: readonly IssueView[], now: number): string {
  const shown = blockers.slice(0, 1).map((issue) => blockerInShort(issue, now));
  return `${shown.join("")}${blockers.length > 1 ? ` and ${blockers.length - 1} more` : ""}`;
}

/** The colour of a convoy's state; none for the everyday one. */
export function colourOf({ stuck, verdict, open, unknown, blockers }: ConvoyView): Style | undefined {
  if (stuck !== null) return "red";
  if (verdict === "complete") return "green";
  if (verdict === "waiting") return open === 0 && unknown > 0 ? "red" : undefined;
  if (verdict === "closed") return blockers.length > 0 ? "red" : "dim";
  return "dim";
}
