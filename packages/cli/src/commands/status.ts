import { printable } from "@gastown/convoy-core";
import { type IssueView, systemClock } from "@gastown/convoy-watcher";
import { findHost, findRival, type FoundHost } from "@gastown/convoy-watcher/host";
import { EXIT } from "../errors.ts";
import type { CommonOptions } from "../options.ts";
import { bar, createOutput, cut, lengthInWords, type Output, plural, safeJson, sinceInWords, wrap } from "../output.ts";
import { noConvoyError, readConvoys, readTown } from "../town.ts";
import { blockerInFull, colourOf, factsOf, listLines, stateInShort } from "../views/convoy-text.ts";
import { byUrgency, type ConvoyDetail, convoyDetail, type ConvoyView, convoyView } from "../views/convoy.ts";
import { prometheusLines } from "../views/prometheus.ts";
import { type Health, healthOf, stuckOf, type WatcherView, watcherView } from "../views/watcher.ts";

export interface StatusOptions extends CommonOptions {
  readonly short?: true;
  readonly exitCode?: true;
  readonly prometheus?: true;
}

/** How a town stands; with its open convoys, or one convoy in depth. */
interface Status {
  readonly town: string;
  readonly watcher: WatcherView | null;
  readonly rival: string | null;
  readonly health: Health;
  readonly host: FoundHost | null;
}
type TownStatus = Status & { readonly convoys: readonly ConvoyView[] };
type ConvoyStatus = Status & { readonly convoy: ConvoyDetail };

/** How the town stands, or one convoy in depth. */
export async function statusCommand(id: string | undefined, options: StatusOptions): Promise<number> {
  const output = createOutput(options.color);
  const status = await readStatus(id, options);
  for (const line of lines(status, options, output)) output.out(line);
  return options.exitCode && !status.health.well ? EXIT.findings : EXIT.done;
}

function readStatus(id: string | undefined, options: CommonOptions): Promise<TownStatus | ConvoyStatus> {
  return readTown(options, async ({ town, store, files, found }) => {
    const host = findHost(town);
    const common: Status = {
      town,
      watcher: watcherView(found),
      rival: findRival(town)?.name ?? null,
      health: healthOf(found, host, systemClock.wall()),
      host: host ?? null,
    };
    const stuck = stuckOf(found);
    if (id === undefined) {
      const convoys = await readConvoys(store, await store.openConvoys());
      return { ...common, convoys: convoys.map((convoy) => convoyView(convoy, stuck)).sort(byUrgency) };
    }
    const [convoy] = await readConvoys(store, [id]);
    if (convoy === undefined) throw await noConvoyError(files, [id]);
    return { ...common, convoy: convoyDetail(convoy, stuck) };
  });
}

function lines(status: TownStatus | ConvoyStatus, options: StatusOptions, output: Output): readonly string[] {
  const now = systemClock.wall();
  if (options.json) return [safeJson(status, 2)];
  if ("convoy" in status) return convoyLines(status.convoy, output, now);
  if (options.prometheus) return prometheusLines({ ...status, well: status.health.well });
  if (options.short) return [shortStatus(status)];
  const list = listLines(status.convoys, output, now);
  return [...townLines(status, output, now), ...(list.length > 0 ? ["", ...list] : [])];
}

/** One convoy in depth: what it is, then every issue it tracks. */
function convoyLines(convoy: ConvoyDetail, { columns, style }: Output, now: number): string[] {
  const room = columns();
  const fit = (text: string): string => (room === undefined ? text : cut(text, room));
  const age = sinceInWords(convoy.createdAt, now);
  const colour = colourOf(convoy);
  const state = fit(stateInShort(convoy, now));
  return [
    style("bold", fit(printable(convoy.convoy))),
    ...(convoy.title === "" ? [] : wrap(printable(convoy.title), room)),
    fit(
      `${bar(convoy.done, convoy.total, room !== undefined && room < 60 ? 8 : 20)}  ${convoy.done} of ${convoy.total} closed${age === undefined ? "" : `, created ${age} ago`}`,
    ),
    colour === undefined ? state : style(colour, state),
    ...(convoy.stuck === null ? [] : convoy.stuck.output.split("\n").map((line) => fit(`    ${printable(line)}`))),
    ...(convoy.tracked.length === 0 ? [] : [""]),
    ...convoy.tracked.flatMap((issue) => {
      const title = issue.title === null || issue.title === "" ? "" : `  ${printable(issue.title)}`;
      const [mark, issueColour] = MARKS[issue.unmerged === undefined ? issue.state : "open"];
      return [
        style(issueColour, fit(`${mark} ${printable(issue.issue, 80)}${title}`)),
        ...wrap(`    ${factsInFull(issue, now)}`, room, "    ").map((line) => style("dim", line)),
      ];
    }),
  ];
}

const MARKS = { done: ["✓", "green"], open: ["·", "bold"], unknown: ["✗", "red"] } as const;

function factsInFull(issue: IssueView, now: number): string {
  if (issue.state === "unknown") return printable(issue.why ?? "cannot be judged");
  if (issue.unmerged !== undefined) return blockerInFull(issue, now);
  const facts = factsOf(issue, now).join(", ");
  return issue.mergeState === undefined ? facts : `${facts}; ${printable(issue.mergeState, 300)}`;
}

/** How the town stands: its watcher, and how many convoys are where. */
function townLines({ town, watcher, rival, health, convoys }: TownStatus, output: Output, now: number): string[] {
  const { columns, style } = output;
  const room = columns();
  const all = [
    `town     ${printable(town)}`,
    ...(watcher === null ? [] : watcherLines(watcher, now)),
    ...(health.well ? [] : [`✗        ${printable(health.why)}`, `Hint:    ${printable(health.hint)}`]),
    ...(rival === null ? [] : [`rival    ${printable(rival)} lands convoys here, too`]),
    `convoys  ${tally(convoys)}`,
  ];
  return all
    .flatMap((line) => wrap(line, room, "         "))
    .map((line) => (line.startsWith("town") ? style("dim", line) : line.startsWith("✗") ? style("red", line) : line));
}

function watcherLines(watcher: WatcherView, now: number): string[] {
  const { pid, since, sources, lastClose, lastSweep, landed, lastLanded, landing, frozen, lastReadError } = watcher;
  const ago = (time: string): string => `${sinceInWords(time, now) ?? "?"} ago`;
  const lasting = (time: string): string => `for ${sinceInWords(time, now) ?? "?"}`;
  const when = <T>(known: T | null, line: (known: T) => string): string[] => (known === null ? [] : [line(known)]);
  const took = landing === null ? "" : ` (p50 ${lengthInWords(landing.p50)}, p99 ${lengthInWords(landing.p99)})`;
  return [
    `watcher  running ${lasting(since)} (pid ${pid})`,
    ...sources.map(
      ({ name, state, detail }) =>
        `source   ${printable(name, 20)} ${printable(state, 20)}${detail === null ? "" : ` (${printable(detail, 200)})`}`,
    ),
    ...when(frozen, ({ at, reason }) => `held     no landings, ${lasting(at)}: ${printable(reason, 300)}`),
    ...when(
      lastReadError,
      ({ rig, at, message }) => `unread   ${printable(rig, 60)}, ${ago(at)}: ${printable(message, 300)}`,
    ),
    ...when(watcher.now.landing, (one) => `now      ${printable(one.command, 200)}, ${lasting(one.since)}`),
    ...watcher.now.telling.map(
      (one) => `now      gt tells people of ${printable(one.convoy, 80)}, ${lasting(one.since)}`,
    ),
    ...when(
      lastClose,
      ({ issue, source, at }) => `close    ${printable(issue, 80)} (${printable(source, 20)}), ${ago(at)}`,
    ),
    ...when(lastSweep, ({ convoys, ms, at }) => `sweep    ${plural(convoys, "open convoy")} in ${ms} ms, ${ago(at)}`),
    ...when(lastLanded, ({ convoy, at }) => `landed   ${landed}, last ${printable(convoy, 80)} ${ago(at)}${took}`),
    ...watcher.untold.map(
      ({ convoy, to }) => `untold   ${printable(convoy, 80)}: ${to.map((one) => printable(one, 80)).join(", ")}`,
    ),
  ];
}

/** What open convoys are counted by, in this order. */
const COUNTED = {
  stuck: ({ stuck }) => stuck !== null,
  complete: ({ stuck, verdict }) => verdict === "complete" && stuck === null,
  waiting: ({ verdict, open }) => verdict === "waiting" && open > 0,
  "not merged": ({ verdict, open, unmerged = 0 }) => verdict === "waiting" && open === 0 && unmerged > 0,
  "cannot be judged": ({ verdict, open, unmerged = 0 }) => verdict === "waiting" && open === 0 && unmerged === 0,
  owned: ({ verdict }) => verdict === "owned",
  staged: ({ verdict }) => verdict === "staged",
  empty: ({ verdict }) => verdict === "empty",
} satisfies Readonly<Record<string, (convoy: ConvoyView) => boolean>>;

/** How many there are of each, but for those of which there are none. */
function counts(convoys: readonly ConvoyView[], wanted: readonly (keyof typeof COUNTED)[]): string[] {
  return wanted.flatMap((what) => {
    const found = convoys.filter(COUNTED[what]).length;
    return found === 0 ? [] : [`${found} ${what}`];
  });
}

function tally(convoys: readonly ConvoyView[]): string {
  return convoys.length === 0
    ? "none is open"
    : `${plural(convoys.length, "open convoy")}: ${counts(convoys, Object.keys(COUNTED) as (keyof typeof COUNTED)[]).join(", ")}`;
}

/** The least there is to say: `3 open, 1 stuck`, and that nobody watches. */
function shortStatus({ watcher, convoys }: TownStatus): string {
  const unwatched = watcher === null ? ["not watched"] : [];
  return [`${convoys.length} open`, ...counts(convoys, ["complete", "stuck"]), ...unwatched].join(", ");
}
