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

it("says the status of a blocker in words, and an id as it is", () => {
  const why = "in_progress) is not closed (my_rig, in_progress)";
  const blockers = [{ issue: "in_progress)", state: "open", why }] as const;
  expect(
    read([{ event: "waiting", convoy: "hq-cv-a", title: "", done: 0, total: 1, open: 1, unknown: 0, blockers }]),
  ).toEqual(["hq-cv-a waits on 1 of 1: in_progress) is not closed (my_rig, in progress)"]);
});

it("wraps between words on a terminal, and never in a pipe", () => {
  const landed: WatchRecord = { event: "landed", convoy: "hq-cv-a", title: "Login", ms: 1_234, by: "check" };
  expect(read([landed], {}, 44)).toEqual(['✓ hq-cv-a "Login" landed, 1.2 s after it was', "    found complete"]);
  expect(read([landed])).toEqual(['✓ hq-cv-a "Login" landed, 1.2 s after it was found complete']);
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
    "✓ hq-cv-a landed, 5 ms after it was found complete",
    "✗ hq-cv-b is stuck after 1 attempt; gt said:",
    "    one",
    "    two",
    "2> Warning: careful",
    "2> Hint: look",
  ]);
});

it("lists the open convoys once at the start, those nearest to landing first, and then only what changes", () => {
  const waiting = (convoy: string, done: number): WatchRecord => ({
    event: "waiting",
    convoy,
    title: "",
    blockers: [{ issue: "al-1", state: "open", why: "al-1 is not closed" }],
    done,
    open: 3 - done,
    unknown: 0,
    total: 3,
  });
  const many = Array.from({ length: 30 }, (_, at) => waiting(`hq-cv-${at}`, 0));
  const lines = read(
    [
      ...many,
      waiting("hq-cv-near", 2),
      { event: "landed", convoy: "hq-cv-0", title: "", ms: 3, by: "check" },
      { event: "watching", sources: ["db"], convoys: 30 },
      waiting("hq-cv-1", 1),
    ],
    { changesOnly: true },
  );
  expect(lines.slice(0, 4)).toEqual([
    "✓ hq-cv-0 landed, 3 ms after it was found complete",
    "watching 30 open convoys (db)",
    "hq-cv-near waits on 1 of 3: al-1 is not closed",
    "hq-cv-1 waits on 3 of 3: al-1 is not closed; and 2 more",
  ]);
  expect(lines.slice(-2)).toEqual([
    "and 10 more: `convoy-cli list` has them all",
    "hq-cv-1 waits on 2 of 3: al-1 is not closed; and 1 more",
  ]);
});

it("dates lines when asked to, warnings too, and indents what belongs to one", () => {
  const landed: WatchRecord = {
    event: "landed",
    convoy: "hq-cv-a",
    title: "",
    ms: 5,
    by: "check",
    closedAfter: 1_234,
    told: "tried, not told",
    untold: ["mayor/", "gastown/\u001B[31mwitness"],
  };
  const lines = read([landed, { event: "warning", message: "careful" }], { time: "utc" });
  expect(lines.map((line) => line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/, "TIME"))).toEqual([
    "TIME ✓ hq-cv-a landed, 1.2 s after its last issue was closed",
    "TIME     not told: mayor/, gastown/witness",
    "2> TIME Warning: careful",
  ]);
  expect(read([landed], { time: "local" })[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ✓ /);
});
