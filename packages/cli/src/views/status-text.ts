import { printable } from "@gastown/convoy-core";
import type { Output } from "../output.ts";
import { lengthInWords } from "../reporters/words.ts";
import { colourOf, stateInShort } from "./convoy-view.ts";
import { blockerInFull, factsOf } from "./issue-text.ts";
import { bar, cut, plural, sinceInWords, wrap } from "./layout.ts";
import type { ConvoyDetail, ConvoyView, IssueView, WatcherView } from "./views.ts";

/** One convoy in depth: what it is, then every issue it tracks. */
export function convoyLines(convoy: ConvoyDetail, { columns, style }: Output, now: number): string[] {
  const room = columns();
  const fit = (text: string): string => (room === undefined ? text : cut(text, room));
  const age = sinceInWords(convoy.createdAt, now);
  const colour = colourOf(convoy);
  const state = stateInShort(convoy, now);
  return [
    style("bold", fit(printable(convoy.convoy))),
    ...(convoy.title === "" ? [] : wrap(printable(convoy.title), room)),
    fit(
      `${bar(convoy.done, convoy.total, room !== undefined && room < 60 ? 8 : 20)}  ${convoy.done} of ${convoy.total} closed${age === undefined ? "" : `, created ${age} ago`}`,
    ),
    colour === undefined ? fit(state) : style(colour, fit(state)),
    ...(convoy.stuck === null ? [] : convoy.stuck.output.split("\n").map((line) => fit(`    ${printable(line)}`))),
    ...(convoy.tracked.length === 0 ? [] : [""]),
    ...convoy.tracked.flatMap((issue) => issueLines(issue, style, room, now)),
  ];
}

const MARKS = { done: "✓", open: "·", unknown: "✗" } as const;

function issueLines(issue: IssueView, style: Output["style"], room: number | undefined, now: number): string[] {
  const title = issue.title === null || issue.title === "" ? "" : `  ${printable(issue.title)}`;
  const facts = factsInFull(issue, now);
  const state = issue.unmerged === undefined ? issue.state : "open";
  const head = `${MARKS[state]} ${printable(issue.issue, 80)}${title}`;
  const colour = { done: "green", open: "bold", unknown: "red" } as const;
  return [
    style(colour[state], room === undefined ? head : cut(head, room)),
    ...wrap(`    ${facts}`, room, "    ").map((line) => style("dim", line)),
  ];
}

function factsInFull(issue: IssueView, now: number): string {
  if (issue.state === "unknown") return printable(issue.why ?? "cannot be judged");
  if (issue.unmerged !== undefined) return blockerInFull(issue, now);
  const facts = factsOf(issue, now).join(", ");
  return issue.mergeState === undefined ? facts : `${facts}; ${printable(issue.mergeState, 300)}`;
}

/** How the town stands: its watcher, and how many convoys are where. */
export function townLines(
  {
    town,
    watcher,
    rival,
    health,
    convoys,
  }: {
    readonly town: string;
    readonly watcher: WatcherView | null;
    readonly rival: string | null;
    readonly health: { readonly well: boolean; readonly why: string | null; readonly hint: string | null };
    readonly convoys: readonly ConvoyView[];
  },
  { columns, style }: Output,
  now: number,
): string[] {
  const room = columns();
  const lines = [
    `town     ${printable(town)}`,
    ...(watcher === null ? [] : watcherLines(watcher, now)),
    ...(health.well ? [] : [`✗        ${printable(health.why ?? "")}`, `Hint:    ${printable(health.hint ?? "")}`]),
    ...(rival === null ? [] : [`rival    ${printable(rival)} lands convoys here, too`]),
    `convoys  ${tally(convoys)}`,
  ];
  return lines
    .flatMap((line) => wrap(line, room, "         "))
    .map((line) => (line.startsWith("town") ? style("dim", line) : line.startsWith("✗") ? style("red", line) : line));
}

function watcherLines(watcher: WatcherView, now: number): string[] {
  const { pid, since, sources, lastClose, lastSweep, landed, lastLanded, landing, frozen, lastReadError } = watcher;
  const ago = (time: string): string => `${sinceInWords(time, now) ?? "?"} ago`;
  const lasting = (time: string): string => `for ${sinceInWords(time, now) ?? "?"}`;
  return [
    `watcher  running ${lasting(since)} (pid ${pid})`,
    ...sources.map(
      ({ name, state, detail }) =>
        `source   ${printable(name, 20)} ${printable(state, 20)}${detail === null ? "" : ` (${printable(detail, 200)})`}`,
    ),
    ...(frozen === null ? [] : [`held     no landings, ${lasting(frozen.at)}: ${printable(frozen.reason, 300)}`]),
    ...(lastReadError === null
      ? []
      : [
          `unread   ${printable(lastReadError.rig, 60)}, ${ago(lastReadError.at)}: ${printable(lastReadError.message, 300)}`,
        ]),
    ...(watcher.now.landing === null
      ? []
      : [`now      ${printable(watcher.now.landing.command, 200)}, ${lasting(watcher.now.landing.since)}`]),
    ...watcher.now.telling.map(
      (one) => `now      gt tells people of ${printable(one.convoy, 80)}, ${lasting(one.since)}`,
    ),
    ...(lastClose === null
      ? []
      : [`close    ${printable(lastClose.issue, 80)} (${printable(lastClose.source, 20)}), ${ago(lastClose.at)}`]),
    ...(lastSweep === null
      ? []
      : [`sweep    ${plural(lastSweep.convoys, "open convoy")} in ${lastSweep.ms} ms, ${ago(lastSweep.at)}`]),
    ...(lastLanded === null
      ? []
      : [
          `landed   ${landed}, last ${printable(lastLanded.convoy, 80)} ${ago(lastLanded.at)}${landing === null ? "" : ` (p50 ${lengthInWords(landing.p50)}, p99 ${lengthInWords(landing.p99)})`}`,
        ]),
    ...watcher.untold.map(
      ({ convoy, to }) => `untold   ${printable(convoy, 80)}: ${to.map((one) => printable(one, 80)).join(", ")}`,
    ),
  ];
}

/** The least there is to say: `3 open, 1 stuck`, and that nobody watches. */
export function shortStatus({
  watcher,
  convoys,
}: {
  readonly watcher: WatcherView | null;
  readonly convoys: readonly ConvoyView[];
}): string {
  const count = (what: string, wanted: (convoy: ConvoyView) => boolean): string[] => {
    const found = convoys.filter(wanted).length;
    return found === 0 ? [] : [`${found} ${what}`];
  };
  return [
    `${convoys.length} open`,
    ...count("complete", ({ stuck, verdict }) => verdict === "complete" && stuck === null),
    ...count("stuck", ({ stuck }) => stuck !== null),
    ...(watcher === null ? ["not watched"] : []),
  ].join(", ");
}

function tally(convoys: readonly ConvoyView[]): string {
  if (convoys.length === 0) return "none is open";
  const count = (what: string, wanted: (convoy: ConvoyView) => boolean): string[] => {
    const found = convoys.filter(wanted).length;
    return found === 0 ? [] : [`${found} ${what}`];
  };
  const parts = [
    ...count("stuck", ({ stuck }) => stuck !== null),
    ...count("complete", ({ stuck, verdict }) => verdict === "complete" && stuck === null),
    ...count("waiting", ({ verdict, open }) => verdict === "waiting" && open > 0),
    ...count("not merged", ({ verdict, open, unmerged = 0 }) => verdict === "waiting" && open === 0 && unmerged > 0),
    ...count(
      "cannot be judged",
      ({ verdict, open, unmerged = 0 }) => verdict === "waiting" && open === 0 && unmerged === 0,
    ),
    ...count("owned", ({ verdict }) => verdict === "owned"),
    ...count("staged", ({ verdict }) => verdict === "staged"),
    ...count("empty", ({ verdict }) => verdict === "empty"),
  ];
  return `${plural(convoys.length, "open convoy")}: ${parts.join(", ")}`;
}
