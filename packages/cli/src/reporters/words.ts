import { type Blocker, printable, type WatchRecord } from "@gastown/convoy-core";
import { lengthInWords, plural, type Style } from "../output.ts";
import { named } from "../views/convoy-text.ts";

/** A line a person reads, and how it is set off from the others. */
export interface Line {
  readonly text: string;
  readonly style?: Style;
}

const NAMED_BLOCKERS = 3;

type Told = Exclude<WatchRecord, { event: "warning" }>;
type Landed = Extract<Told, { event: "landed" }>;
type Words = { readonly [E in Told["event"]]: (record: Extract<Told, { event: E }>) => readonly Line[] };

const WORDS: Words = {
  hello: ({ version, pid, town, bd, gt }) => {
    const [b, g] = [bd, gt].map((tool) => printable(tool ?? "not found"));
    return [{ text: `convoy-cli ${version}, pid ${pid}: town ${printable(town)}, bd ${b}, gt ${g}` }];
  },
  watching: ({ convoys, sources }) => [
    dim(`watching ${plural(convoys, "open convoy")} (${sources.map((name) => printable(name)).join(", ")})`),
  ],
  close: ({ issue, convoys }) => {
    const seen = { text: `detected close of ${printable(issue)}` };
    if (convoys.length === 0) return [seen];
    const ids = convoys.map((id) => printable(id)).join(", ");
    return [seen, { text: `${printable(issue)} is tracked by ${convoys.length} convoy(s): ${ids}` }];
  },
  waiting: (record) => [{ text: `${named(record)} ${howItWaits(record)}: ${waitsOn(record)}` }],
  complete: (record) => [
    {
      text: `${named(record)} is complete: ${record.total === 1 ? "its one tracked issue" : `all ${record.total} tracked issues`} closed`,
    },
  ],
  checking: ({ convoy, command }) => [
    dim(
      command.includes(" convoy close ")
        ? `closing ${printable(convoy)}: ${printable(command)}`
        : `running completion check for ${printable(convoy)}: ${printable(command)}`,
    ),
  ],
  landed: (record) => [
    { text: `✓ ${named(record)} landed, ${afterWhat(record)}`, style: ["bold", "green"] },
    ...untoldLines(record),
  ],
  telling: (record) => [dim(`${named(record)} is closed; gt is telling people`)],
  closed: (record) => [
    {
      text: `${named(record)} was closed by ${printable(record.by)} with ${record.done} of ${record.total} tracked issues closed`,
    },
  ],
  frozen: ({ reason }) => [{ text: `landings are on hold: ${printable(reason)}` }],
  resumed: () => [{ text: "landings resume" }],
  stuck: (record) => [
    {
      text: `✗ ${named(record)} is stuck${record.attempts === 0 ? "" : ` after ${plural(record.attempts, "attempt")}; gt said`}:`,
      style: "red",
    },
    ...record.output.split("\n").map((line) => ({ text: `    ${printable(line)}` })),
  ],
  skipped: (record) => [{ text: `${named(record)} is skipped: ${printable(record.detail)}` }],
  source: ({ name, state, detail }) => [
    dim(`source ${printable(name)} is ${state}${detail === undefined ? "" : ` (${printable(detail)})`}`),
  ],
  sweep: ({ convoys, complete, ms, reason }) => [
    dim(`sweep: ${plural(convoys, "open convoy")}, ${complete} complete, in ${ms} ms (${printable(reason)})`),
  ],
  stopped: ({ reason }) => [dim(`stopped (${printable(reason)})`)],
};

/** A record in words, in those of gt's own watcher where it had any. */
export function inLines(record: Told): readonly Line[] {
  return (WORDS[record.event] as (record: Told) => readonly Line[])(record);
}

function dim(text: string): Line {
  return { text, style: "dim" };
}

/** As `list` and `why` say it: nothing is known to be open, and what is unknown never lands. */
function howItWaits({ open, unmerged = 0, done, total }: Extract<Told, { event: "waiting" }>): string {
  return open === 0 && unmerged === 0 ? "cannot be judged" : `waits on ${total - done} of ${total}`;
}

/** The record names twenty blockers at most; its numbers say how many there are. */
function waitsOn({ blockers, total, done }: { blockers: readonly Blocker[]; total: number; done: number }): string {
  // Records have the status as it is stored.
  const shown = blockers
    .slice(0, NAMED_BLOCKERS)
    .map(({ why }) => printable(why).replace(/(?<=, |\()in_progress\)(?=$|: )/, "in progress)"));
  const more = total - done - shown.length;
  return `${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

/** What people ask is how long after the last close; where that is not known, since when it was known to be complete. Empty when neither is. */
export function afterWhat({ ms, closedAfter }: { readonly ms?: unknown; readonly closedAfter?: unknown }): string {
  if (typeof closedAfter === "number") return `${lengthInWords(closedAfter)} after its last issue was closed`;
  return typeof ms === "number" ? `${lengthInWords(ms)} after it was found complete` : "";
}

function untoldLines({ told, untold = [] }: Landed): Line[] {
  if (told === undefined || told === "told") return [];
  if (told === "cannot be known") return [dim("    whether everybody was told cannot be known")];
  return [{ text: `    ${untoldInWords(untold)}`, style: "red" }];
}

/** Who was not told of a landing; nobody was, where there are no addresses. */
export function untoldInWords(untold: readonly string[]): string {
  return untold.length === 0 ? "nobody was told" : `not told: ${untold.map((one) => printable(one, 80)).join(", ")}`;
}
