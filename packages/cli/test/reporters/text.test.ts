import type { WatchRecord } from "@gastown/convoy-core";
import { expect, it } from "vitest";
import type { Output } from "../../src/output.ts";
import { createTextReporter, type TextOptions } from "../../src/reporters/text.ts";

/** What a person reads of these records, on a terminal of so many columns or in a pipe. */
function read(records: readonly WatchRecord[], options: Partial<TextOptions> = {}, columns?: number): string[] {
  const lines: string[] = [];
  const output: Output = {
    out: (line) => void lines.push(line),
    err: (line) => void lines.push(`2> ${line}`),
    style: (_, text) => text,
    columns: () => columns,
  };
  const report = createTextReporter(output, { quiet: false, verbose: false, changesOnly: false, ...options });
  for (const record of records) report(record);
  return lines;
}

const close = (issue: string, source: string, convoys: readonly string[] = ["hq-cv-a"]): WatchRecord => ({
  event: "close",
  issue,
  source,
  convoys,
});
const CLOSE = ["detected close of al-1", "al-1 is tracked by 1 convoy(s): hq-cv-a"];

it("tells of a close once, however many ways it is heard of; with -v each time", () => {
  const records = [close("al-1", "db"), close("al-1", "bd"), close("al-1", "db")];
  expect(read(records)).toEqual(CLOSE);
  expect(read(records, { verbose: true })).toEqual([...CLOSE, ...CLOSE, ...CLOSE]);
});

it("says nothing of closes that nobody waits for, unless it is asked to", () => {
  expect(read([close("al-2", "db", [])])).toEqual([]);
  expect(read([close("al-2", "db", [])], { verbose: true })).toEqual(["detected close of al-2"]);
});

it("wraps between words on a terminal, and never in a pipe", () => {
  const landed: WatchRecord = { event: "landed", convoy: "hq-cv-a", title: "Login", ms: 1_234, by: "check" };
  expect(read([landed], {}, 44)).toEqual([
    '✓ hq-cv-a "Login" landed: all tracked issues',
    "    closed, convoy closed 1.2 s after the",
    "    last",
  ]);
  expect(read([landed])).toEqual([
    '✓ hq-cv-a "Login" landed: all tracked issues closed, convoy closed 1.2 s after the last',
  ]);
});

it("keeps to what landed and what went wrong with -q", () => {
  const records: WatchRecord[] = [
    close("al-1", "db"),
    { event: "checking", convoy: "hq-cv-a", command: "gt convoy check hq-cv-a" },
    { event: "landed", convoy: "hq-cv-a", title: "", ms: 5, by: "check" },
    { event: "stuck", convoy: "hq-cv-b", title: "", attempts: 1, output: "one\ntwo" },
    { event: "warning", message: "careful", hint: "look" },
  ];
  expect(read(records, { quiet: true })).toEqual([
    "✓ hq-cv-a landed: all tracked issues closed, convoy closed 5 ms after the last",
    "✗ hq-cv-b is stuck after 1 attempt; gt said:",
    "    one",
    "    two",
    "2> Warning: careful",
    "2> Hint: look",
  ]);
});
