import { printable } from "@gastown/convoy-core";
import type { Style } from "../output.ts";
import { plural } from "./in-words.ts";
import { blockerInShort } from "./issue-text.ts";
import type { ConvoyView, IssueView } from "./views.ts";

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
