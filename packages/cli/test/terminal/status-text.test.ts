import type { WatchRecord } from "@gastown/convoy-core";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { width } from "../../src/output.ts";
import { createWatchState, statusText } from "../../src/reporters/status-text.ts";

const NOW = Date.UTC(2026, 0, 1);

function after(...records: readonly WatchRecord[]) {
  const state = createWatchState();
  for (const record of records) state.note(record, NOW - 12_000);
  return state;
}

const waiting = (convoy: string, done: number, total: number, unknown = 0): WatchRecord => ({
  event: "waiting",
  convoy,
  title: "",
  blockers: [],
  done,
  open: total - done - unknown,
  unknown,
  total,
});
const watching: WatchRecord = { event: "watching", sources: ["db"], convoys: 3 };
const closed = (convoy: string): WatchRecord => ({
  ...{ event: "closed", convoy, title: "", by: "somebody else", done: 1, total: 4, open: [] },
});
const up = (name: string): WatchRecord => ({ event: "source", name, state: "up" });
const swept: WatchRecord = { event: "sweep", reason: "timer", convoys: 3, complete: 0, ms: 1 };
const heard: WatchRecord = { event: "close", issue: "al-1", source: "db", convoys: [] };

it.each([
  [[], "starting"],
  [[watching], "3 open"],
  [[watching, up("db"), up("bd"), swept, heard], "3 open · db, bd up · close 12 s ago · sweep 12 s ago"],
  [[watching, up("db"), { event: "source", name: "bd", state: "unavailable" }], "3 open · db up, bd down"],
  [[watching, waiting("hq-a", 1, 4), waiting("hq-b", 3, 4), waiting("hq-c", 0, 1, 1)], "3 open · nearest hq-b 3/4"],
  [[watching, { event: "checking", convoy: "hq-a", command: "" }], "3 open · closing hq-a"],
  [
    [
      watching,
      { event: "checking", convoy: "hq-a", command: "" },
      { event: "landed", convoy: "hq-a", title: "", ms: 1, by: "check" },
    ],
    "2 open",
  ],
  [[watching, { event: "stuck", convoy: "hq-a", title: "", attempts: 3, output: "" }], "3 open · 1 stuck"],
  [[watching, waiting("hq-a", 1, 4), closed("hq-a")], "2 open"],
  [[watching, { event: "stuck", convoy: "hq-a", title: "", attempts: 3, output: "" }, closed("hq-a")], "2 open"],
  [[{ ...watching, convoys: 0 }, waiting("hq-a", 1, 2)], "1 open · nearest hq-a 1/2"],
  [
    [
      { ...watching, convoys: 0 },
      { event: "checking", convoy: "hq-a", command: "" },
    ],
    "1 open · closing hq-a",
  ],
] as [WatchRecord[], string][])("tells how things stand (%#)", (records, text) => {
  expect(statusText(after(...records), NOW, 80)).toBe(text);
});

it("leaves out what matters least when there is little room", () => {
  const all = [watching, up("db"), swept, heard, waiting("hq-cv-b", 3, 4)];
  const texts = [80, 50, 40, 30, 20, 5].map((columns) => statusText(after(...all), NOW, columns));
  expect(texts).toMatchInlineSnapshot(`
    [
      "3 open · nearest hq-cv-b 3/4 · db up · close 12 s ago · sweep 12 s ago",
      "3 open · nearest hq-cv-b 3/4 · db up",
      "3 open · nearest hq-cv-b 3/4 · db up",
      "3 open · nearest hq-cv-b 3/4",
      "3 open",
      "3 op…",
    ]
  `);
});

it("never takes more columns than there are, whatever agents call their convoys", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 120 }), (convoy, columns) => {
      const text = statusText(
        after(watching, waiting(convoy, 1, 2), { event: "checking", convoy, command: "" }),
        NOW,
        columns,
      );
      expect(width(text)).toBeLessThanOrEqual(columns);
      // eslint-disable-next-line no-control-regex
      expect(text).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/u);
    }),
  );
});
