import { printable, type Reporter, type WatchRecord } from "@gastown/convoy-core";
import { systemClock } from "@gastown/convoy-watcher";
import type { Output } from "../output.ts";
import { wrap } from "../views/layout.ts";
import { createFirstLook } from "./first-look.ts";
import { type TimeOption, timestamp } from "./timestamp.ts";
import { inLines, type Line } from "./words.ts";

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
