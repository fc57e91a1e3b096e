import { printable, type Reporter, type WatchRecord } from "@gastown/convoy-core";
import { systemClock } from "@gastown/convoy-watcher";
import { type Output, plural, wrap } from "../output.ts";
import { inLines, type Line } from "./words.ts";

/** How lines are dated. */
export type TimeOption = "local" | "utc" | "none";

/** What stands before a line: `2026-11-25 19:48:12 `, with a Z where it is UTC. */
export function timestamp(when: TimeOption, now: Date): string {
  if (when === "none") return "";
  if (when === "utc") return `${now.toISOString().slice(0, 19).replace("T", " ")}Z `;
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("-");
  return `${day} ${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(":")} `;
}

/** So many convoys are listed at the start; `list` has all. */
const SHOWN = 20;

type Seen = Extract<WatchRecord, { event: "waiting" | "skipped" }>;

/** How the open convoys stood when the watch began: those nearest to landing first. */
function createFirstLook(): { note(record: WatchRecord): void; lines(): readonly Line[] } {
  const seen = new Map<string, Seen>();
  return {
    note(record) {
      if (record.event === "waiting" || record.event === "skipped") seen.set(record.convoy, record);
      else if ("convoy" in record) seen.delete(record.convoy);
    },
    lines() {
      const all = [...seen.values()].toSorted((one, other) => left(one) - left(other));
      const more = all.length - SHOWN;
      return [
        ...all.slice(0, SHOWN).flatMap(inLines),
        ...(more > 0 ? [{ text: `and ${more} more: \`convoy-cli list\` has them all` }] : []),
      ];
    },
  };
}

function left(record: Seen): number {
  return record.event === "waiting" ? record.total - record.done : Number.POSITIVE_INFINITY;
}

/** What became of each convoy, in the words of a tally and in their order. */
const ENDS = {
  landed: "landed",
  complete: "complete and still open",
  stuck: "stuck",
  closed: "closed by others",
  waiting: "waiting",
  skipped: "skipped",
} as const;

type End = keyof typeof ENDS;

/** Counts what one sweep led to: the last word on each convoy. */
export function createTally(): { note(record: WatchRecord): void; line(): string } {
  const ends = new Map<string, End>();
  return {
    note(record) {
      if ("convoy" in record && record.event in ENDS) ends.set(record.convoy, record.event as End);
    },
    line() {
      if (ends.size === 0) return "no convoy is open";
      const all = [...ends.values()];
      const counts = (Object.keys(ENDS) as End[]).flatMap((end) => {
        const count = all.filter((one) => one === end).length;
        return count === 0 ? [] : [`${count} ${ENDS[end]}`];
      });
      return `${plural(ends.size, "convoy")}: ${counts.join(", ")}`;
    },
  };
}

export interface TextOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Convoys that wait or are left alone are listed once, at the start; from then on only changes are told. */
  readonly changesOnly: boolean;
  readonly time?: TimeOption;
}

/** How long a close that is told of again is the same close, in milliseconds. */
const SAME_CLOSE = 10_000;

/** A line for each record a person wants to read, wrapped between words on a terminal. */
export function createTextReporter(
  output: Output,
  { quiet, verbose, changesOnly, time = "none" }: TextOptions,
): Reporter {
  let watching = !changesOnly;
  const isEcho = createEchoDetector();
  const look = createFirstLook();
  const write = (print: (line: string) => void, lines: readonly Line[]): void => {
    const stamp = timestamp(time, new Date());
    for (const { text, style } of lines)
      for (const line of wrap(`${stamp}${text}`, output.columns(), " ".repeat(stamp.length + 4)))
        print(style === undefined ? line : output.style(style, line));
  };
  return (record) => {
    if (record.event === "warning") {
      const hint = record.hint === undefined ? [] : [{ text: `Hint: ${printable(record.hint)}` }];
      return write(output.err, [{ text: `Warning: ${printable(record.message)}` }, ...hint]);
    }
    if (quiet && record.event !== "landed" && record.event !== "stuck") return;
    if (!watching) look.note(record);
    if (verbose || !(isDetail(record, watching) || isEcho(record))) write(output.out, inLines(record));
    if (record.event !== "watching") return;
    watching = true;
    if (!verbose) write(output.out, look.lines());
  };
}

function isDetail(record: WatchRecord, watching: boolean): boolean {
  if (record.event === "sweep" || record.event === "hello" || record.event === "telling") return true;
  if (record.event === "close") return record.convoys.length === 0;
  if (record.event === "stopped") return record.reason === "done";
  return (record.event === "waiting" || record.event === "skipped") && !watching;
}

/** Whether a close is told of again: by the other source, or by the same one, which has found it in another way. */
function createEchoDetector(): (record: WatchRecord) => boolean {
  const told = new Map<string, number>();
  return (record) => {
    if (record.event !== "close") return false;
    const now = systemClock.now();
    for (const [issue, at] of told) if (now - at > SAME_CLOSE) told.delete(issue);
    if (told.has(record.issue)) return true;
    told.set(record.issue, now);
    return false;
  };
}
