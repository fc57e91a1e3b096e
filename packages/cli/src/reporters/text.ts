import { printable, type Reporter, type WatchRecord } from "@gastown/convoy-core";
import { systemClock } from "@gastown/convoy-watcher";
import type { Output } from "../output.ts";
import { wrap } from "../views/layout.ts";
import { inLines } from "./words.ts";

export interface TextOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Convoys that wait or are left alone are only told of when that changes, not when they are first seen. */
  readonly changesOnly: boolean;
}

/** How long a close that is told of again is the same close, in milliseconds. */
const SAME_CLOSE = 10_000;

/** A line for each record a person wants to read, wrapped between words on a terminal. */
export function createTextReporter(output: Output, { quiet, verbose, changesOnly }: TextOptions): Reporter {
  let watching = !changesOnly;
  const isEcho = createEchoDetector();
  const fold = (text: string): string[] => wrap(text, output.columns(), "    ");
  return (record) => {
    if (record.event === "watching") watching = true;
    if (record.event === "warning") {
      for (const line of fold(`Warning: ${printable(record.message)}`)) output.err(line);
      if (record.hint !== undefined) for (const line of fold(`Hint: ${printable(record.hint)}`)) output.err(line);
      return;
    }
    if (quiet && record.event !== "landed" && record.event !== "stuck") return;
    if (!verbose && (isDetail(record, watching) || isEcho(record))) return;
    for (const { text, style } of inLines(record)) {
      for (const line of fold(text)) output.out(style === undefined ? line : output.style(style, line));
    }
  };
}

function isDetail(record: WatchRecord, watching: boolean): boolean {
  if (record.event === "sweep" || record.event === "hello") return true;
  if (record.event === "close") return record.convoys.length === 0;
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
