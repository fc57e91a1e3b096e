import { type ConvoySnapshot, printable } from "@gastown/convoy-core";
import { issueView, type IssueView, systemClock } from "@gastown/convoy-watcher";
import { EXIT, IssueNotFoundError } from "../errors.ts";
import type { CommonOptions } from "../options.ts";
import { createOutput, plural, safeJson, sinceInWords, wrap } from "../output.ts";
import { findIssue, readConvoys, type ReadTown, readTown } from "../town.ts";
import { advice, blockerInFull, factsOf } from "../views/convoy-text.ts";
import { byUrgency, closeOf, type ConvoyDetail, convoyDetail, type ConvoyView, convoyView } from "../views/convoy.ts";
import { stuckOf, type WatcherView, watcherView } from "../views/watcher.ts";

/** An answer in words: its first line answers, the others say more. */
type Answer = readonly string[];

type Why = { readonly town: string; readonly id: string; readonly answer: Answer } & (
  | { readonly kind: "convoy"; readonly convoy: ConvoyDetail }
  | {
      readonly kind: "issue";
      readonly issue: IssueView;
      readonly holdsUp: readonly ConvoyView[];
      readonly tracks: readonly ConvoyView[];
    }
);

/** Why this convoy is (not) landing, or which convoys wait on this issue, in words. */
export async function whyCommand(id: string, options: CommonOptions): Promise<number> {
  const output = createOutput(options.color);
  const why = await readTown(options, (town) => explain(town, id));
  if (options.json) output.out(safeJson(why, 2));
  else for (const line of why.answer.flatMap((text) => wrap(text, output.columns(), "    "))) output.out(line);
  return EXIT.done;
}

async function explain(read: ReadTown, id: string): Promise<Why> {
  const { town, store, found } = read;
  const stuck = stuckOf(found);
  const now = systemClock.wall();
  const [asked] = await readConvoys(store, [id]);
  if (asked !== undefined) {
    const convoy = convoyDetail(asked, stuck);
    return { town, id, answer: whyConvoy(convoy, watcherView(found), now), kind: "convoy", convoy };
  }
  const open = (await store.convoysTracking([id])).get(id) ?? [];
  const closed = (await store.closedConvoysTracking?.(id)) ?? [];
  const convoys = await readConvoys(store, [...open, ...closed]);
  const row = convoys.flatMap(({ tracked }) => tracked).find((one) => one.id === id) ?? (await findIssue(read, id));
  if (row === undefined) throw new IssueNotFoundError(id);
  const waits = ({ open: isOpen }: ConvoySnapshot): boolean =>
    isOpen && (row.state !== "done" || row.unmerged !== undefined);
  const view = (some: readonly ConvoySnapshot[]): ConvoyView[] =>
    some.map((one) => convoyView(one, stuck)).sort(byUrgency);
  const [issue, holdsUp, tracks] = [
    issueView(row),
    view(convoys.filter(waits)),
    view(convoys.filter((one) => !waits(one))),
  ];
  return { town, id, answer: whyIssue(issue, holdsUp, tracks, now), kind: "issue", issue, holdsUp, tracks };
}

/** Why a convoy is landing, or isn't. */
function whyConvoy(convoy: ConvoyDetail, watcher: WatcherView | null, now: number): Answer {
  const id = printable(convoy.convoy);
  const { done, total, blockers } = convoy;
  switch (convoy.verdict) {
    case "waiting":
      return waiting(convoy, now);
    case "complete":
      return [...landing(convoy, watcher, now), ...mergeStates(convoy)];
    case "empty":
      return [
        `${id} tracks nothing, so it never lands by itself`,
        advice([convoy.convoy], `\`gt convoy add ${id} ISSUE\` gives it something to wait for`),
      ];
    case "closed": {
      const since = sinceInWords(closeOf(convoy), now);
      if (blockers.length === 0)
        return [
          `${id} was closed${since === undefined ? "" : ` ${since} ago`}: ${done} of ${total} tracked issues are closed`,
        ];
      return [
        `${id} is closed, but ${plural(blockers.length, "issue")} that it tracks ${blockers.length === 1 ? "is" : "are"} open again:`,
        ...blockers.map((issue) => `  ${blockerInFull(issue, now)}`),
      ];
    }
    default:
      return [`${id} is skipped: ${convoy.reasons.map((reason) => printable(reason)).join("; ")}`];
  }
}

function waiting({ convoy, blockers, open, unmerged = 0, total }: ConvoyDetail, now: number): Answer {
  const start =
    open === 0 && unmerged === 0
      ? `${printable(convoy)} cannot be judged`
      : `${printable(convoy)} waits on ${blockers.length} of ${total}`;
  const [first = "", ...more] = blockers.map((issue) => blockerInFull(issue, now));
  return more.length === 0 ? [`${start}: ${first}`] : [`${start}:`, ...[first, ...more].map((line) => `  ${line}`)];
}

/** What the gate has to say of issues that it lets pass. */
function mergeStates({ tracked }: ConvoyDetail): Answer {
  return tracked.flatMap(({ issue, mergeState }) =>
    mergeState === undefined ? [] : [`  ${printable(issue)}: ${printable(mergeState, 300)}`],
  );
}

function landing({ convoy, total, stuck }: ConvoyDetail, watcher: WatcherView | null, now: number): Answer {
  const id = printable(convoy);
  const start = `${id} is complete: ${total === 1 ? "its one tracked issue is" : `all ${total} tracked issues are`} closed`;
  if (stuck !== null) {
    const since = sinceInWords(stuck.at, now) ?? "a while";
    return [
      `${start}, but gt has not closed it in ${plural(stuck.attempts, "attempt")}, reported ${since} ago; it said:`,
      ...stuck.output.split("\n").map((line) => `  ${printable(line)}`),
      advice(
        [convoy],
        "it is retried with growing pauses, and at once when the convoy or gt changes; `convoy-cli doctor` shows what may be in gt's way",
      ),
    ];
  }
  if (watcher !== null) return [`${start}; the watcher (pid ${watcher.pid}) closes it in a moment`];
  return [
    `${start}, but no watcher is running`,
    advice([convoy], `\`convoy-cli check ${id}\` closes it now; \`convoy-cli watch\` closes every one from now on`),
  ];
}

/** Which convoys wait for an issue. */
function whyIssue(
  issue: IssueView,
  holdsUp: readonly ConvoyView[],
  tracks: readonly ConvoyView[],
  now: number,
): Answer {
  const id = printable(issue.issue);
  const facts =
    issue.state === "unknown"
      ? printable(issue.why ?? "it cannot be judged")
      : `${id} (${factsOf(issue, now).join(", ")})`;
  const list = (convoys: readonly ConvoyView[]): string[] =>
    convoys.map(({ convoy, title, done, total }) =>
      `  ${printable(convoy)} ${done}/${total}  ${printable(title, 80)}`.trimEnd(),
    );
  if (holdsUp.length > 0) return [`${id} holds up ${plural(holdsUp.length, "convoy")}`, ...list(holdsUp), facts];
  if (tracks.length === 0) return [`${id} holds up no convoy: none tracks it`, facts];
  return [
    `${id} holds up no convoy; ${plural(tracks.length, "convoy")} ${tracks.length === 1 ? "tracks" : "track"} it:`,
    ...list(tracks),
    facts,
  ];
}
