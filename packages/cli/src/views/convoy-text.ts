import { isSafeArgument, printable } from "@gastown/convoy-core";
import type { IssueView, UnmergedView } from "@gastown/convoy-watcher";
import { bar, cut, type Output, pad, plural, sinceInWords, type Style, width } from "../output.ts";
import type { ConvoyView } from "./convoy.ts";

/** A convoy by its id and title. */
export function named({ convoy, title }: { readonly convoy: string; readonly title: string }): string {
  return title === "" ? printable(convoy) : `${printable(convoy)} "${printable(title, 60)}"`;
}

/** From so many columns on, a convoy is one line. */
const WIDE = 100;
const LONGEST_ID = 32;
const TITLE = 60;

/** Convoys with their progress: a line each, or two where there is little room. */
export function listLines(convoys: readonly ConvoyView[], { columns, style }: Output, now: number): string[] {
  const room = columns();
  const rows = convoys.map((convoy) => ({
    convoy,
    id: cut(printable(convoy.convoy), LONGEST_ID),
    count: `${convoy.done}/${convoy.total}`,
    title: printable(convoy.title, TITLE),
  }));
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(width));
  const [idWidth, countWidth] = [widest(rows.map(({ id }) => id)), widest(rows.map(({ count }) => count))];
  const isWide = room === undefined || room >= WIDE;
  const titleWidth = Math.min(
    widest(rows.map(({ title }) => title)),
    isWide ? Math.floor(((room ?? 200) - idWidth) / 3) : TITLE,
  );

  return rows.flatMap(({ convoy, id, count, title }) => {
    const colour = colourOf(convoy);
    const coloured = (text: string): string => (colour === undefined ? text : style(colour, text));
    const progress = bar(convoy.done, convoy.total, room !== undefined && room < 60 ? 5 : 10);
    const start = `${style("bold", pad(id, idWidth))}  ${coloured(progress)}  ${count.padStart(countWidth)}  `;
    const state = stateInShort(convoy, now);
    const left = (room ?? 0) - idWidth - width(progress) - countWidth - 6;
    if (!isWide)
      return [`${start}${cut(title, left)}`.trimEnd(), `  ${style(colour ?? "dim", cut(state, (room ?? 0) - 2))}`];
    const line = `${start}${pad(cut(title, titleWidth), titleWidth)}  `;
    return [room === undefined ? `${line}${state}`.trimEnd() : line + coloured(cut(state, left - titleWidth - 2))];
  });
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
  closed({ blockers, closedAt, done, total }, now) {
    const long = sinceInWords(closedAt, now);
    const closed = long === undefined ? "closed" : `closed ${long} ago`;
    return blockers.length > 0
      ? `${closed}, but open again: ${firstOf(blockers, now)}`
      : `${closed}, ${done} of ${total}`;
  },
};

/** What the first blocker is. */
function startOf({ blockers: [first], open }: ConvoyView): string {
  if (first?.unmerged !== undefined) return "not merged: ";
  return open === 0 ? "cannot be judged: " : "waits on ";
}

function firstOf([first, ...more]: readonly IssueView[], now: number): string {
  return first === undefined ? "" : `${blockerInShort(first, now)}${more.length > 0 ? ` and ${more.length} more` : ""}`;
}

/** The colour of a convoy's state; none for the everyday one. */
export function colourOf({ stuck, verdict, open, unknown, blockers }: ConvoyView): Style | undefined {
  if (stuck !== null) return "red";
  if (verdict === "complete") return "green";
  if (verdict === "waiting") return open === 0 && unknown > 0 ? "red" : undefined;
  if (verdict === "closed") return blockers.length > 0 ? "red" : "dim";
  return "dim";
}

/** A blocker in short: `al-9uj (alpha, 3 h)`. */
export function blockerInShort(issue: IssueView, now: number): string {
  if (issue.unmerged !== undefined) return whyUnmerged(issue.unmerged);
  if (issue.state === "unknown") return whyUnknown(issue);
  const facts = [issue.rig, sinceInWords(issue.since, now)].filter((fact) => typeof fact === "string");
  return `${printable(issue.issue)}${facts.length === 0 ? "" : ` (${facts.map((fact) => printable(fact, 40)).join(", ")})`}`;
}

/** A blocker in full: `al-9uj (alpha, in progress, held by alpha/polecats/nux for 3 h)`, or why it can't be judged. */
export function blockerInFull(issue: IssueView, now: number): string {
  if (issue.state === "unknown") return whyUnknown(issue);
  if (issue.unmerged === undefined) return `${printable(issue.issue)} (${factsOf(issue, now).join(", ")})`;
  const long = sinceInWords(issue.unmerged.since, now);
  return `${whyUnmerged(issue.unmerged)}${long === undefined ? "" : `, unchanged for ${long}`}`;
}

/** Why a closed issue holds its convoy up, in the words of the records. */
export function whyUnmerged({ why }: UnmergedView): string {
  return printable(why, 400);
}

function whyUnknown({ issue, why }: IssueView): string {
  return printable(why ?? `${issue} cannot be judged`, 300);
}

/** What is known of an issue, from the outside in. */
export function factsOf(issue: IssueView, now: number): string[] {
  const { rig, status, since, state, why } = issue;
  const long = sinceInWords(since, now);
  const stored = status === "tombstone" ? "deleted" : printable(status ?? state, 40).replaceAll("_", " ");
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

/** Advice with ids in a command to type; not when one of them would mean something else to a shell. */
export function advice(ids: readonly string[], text: string): string {
  return ids.every(isSafeArgument) ? text : "its id is not safe on a command line: fix it in the database";
}
