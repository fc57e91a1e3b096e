import { printable } from "@gastown/convoy-core";
import { blockerInFull, factsOf } from "./issue-text.ts";
import { advice, plural, sinceInWords } from "./layout.ts";
import type { ConvoyDetail, ConvoyView, IssueView, WatcherView } from "./views.ts";

/** An answer in words: its first line answers, the others say more. */
export type Answer = readonly string[];

/** Why a convoy is landing, or isn't. */
export function whyConvoy(convoy: ConvoyDetail, watcher: WatcherView | null, now: number): Answer {
  const id = printable(convoy.convoy);
  switch (convoy.verdict) {
    case "waiting":
      return waiting(convoy, now);
    case "complete":
      return complete(convoy, watcher, now);
    case "empty":
      return [
        `${id} tracks nothing, so it never lands by itself`,
        advice([convoy.convoy], `\`gt convoy add ${id} ISSUE\` gives it something to wait for`),
      ];
    case "closed": {
      const since = sinceInWords(convoy.updatedAt, now);
      if (convoy.blockers.length === 0)
        return [
          `${id} was closed${since === undefined ? "" : ` ${since} ago`}: ${convoy.done} of ${convoy.total} tracked issues are closed`,
        ];
      return [
        `${id} is closed, but ${plural(convoy.blockers.length, "issue")} that it tracks ${convoy.blockers.length === 1 ? "is" : "are"} open again:`,
        ...convoy.blockers.map((issue) => `  ${blockerInFull(issue, now)}`),
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
  const [first] = blockers;
  if (blockers.length === 1 && first !== undefined) return [`${start}: ${blockerInFull(first, now)}`];
  return [`${start}:`, ...blockers.map((issue) => `  ${blockerInFull(issue, now)}`)];
}

function complete(detail: ConvoyDetail, watcher: WatcherView | null, now: number): Answer {
  return [...landing(detail, watcher, now), ...mergeStates(detail)];
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
    const said = stuck.output.split("\n").map((line) => `  ${printable(line)}`);
    return [
      `${start}, but gt has not closed it in ${plural(stuck.attempts, "attempt")}, reported ${since} ago; it said:`,
      ...said,
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
export function whyIssue(
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
