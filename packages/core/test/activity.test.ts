import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type DecodedLine, decodeEvent, isReopening, mayComplete } from "../src/index.ts";

const event = (line: string): Extract<DecodedLine, { kind: "event" }>["event"] => {
  const decoded = decodeEvent(line);
  if (decoded.kind !== "event") throw new Error(`not an event: ${decoded.kind}`);
  return decoded.event;
};

/** One line of each kind that `bd` prints, as it prints it. */
const LINES = {
  create: `{"timestamp":"2026-01-12T17:57:25.123456-08:00","type":"create","issue_id":"gt-a3f","symbol":"+","message":"gt-a3f created · Fix login"}`,
  started: `{"timestamp":"2026-01-12T17:58:01.4-08:00","type":"status","issue_id":"gt-a3f","symbol":"→","message":"gt-a3f started · Fix login @gastown/polecats/nux","old_status":"open","new_status":"in_progress","actor":"gastown/polecats/nux"}`,
  closed: `{"timestamp":"2026-01-12T18:03:11.482913777-08:00","type":"status","issue_id":"gt-a3f","symbol":"✓","message":"gt-a3f completed · Fix login @gastown/polecats/nux","old_status":"in_progress","new_status":"closed"}`,
  closedAgain: `{"timestamp":"2026-01-12T18:03:12Z","type":"status","issue_id":"gt-a3f","symbol":"✓","message":"gt-a3f completed","old_status":"closed","new_status":"closed"}`,
  reopened: `{"timestamp":"2026-01-12T18:04:00-08:00","type":"status","issue_id":"gt-a3f","symbol":"↺","message":"gt-a3f reopened · Fix login @mayor","old_status":"closed","new_status":"open","actor":"mayor"}`,
  comment: `{"timestamp":"2026-01-12T18:05:00.01-08:00","type":"comment","issue_id":"hq-x1z","symbol":"💬","message":"hq-x1z comment · Weekly"}`,
  deleted: `{"timestamp":"2026-01-12T18:05:09.9-08:00","type":"delete","issue_id":"gt-a3f.1","symbol":"⊘","message":"gt-a3f.1 deleted"}`,
  update: `{"timestamp":"2026-01-12T18:05:09.9-08:00","type":"update","issue_id":"gt-a3f","symbol":"→","message":"gt-a3f updated"}`,
} as const;

test("a close is decoded in every field that matters", () => {
  expect(event(LINES.closed)).toEqual({
    type: "status",
    issue: "gt-a3f",
    timestamp: "2026-01-12T18:03:11.482913777-08:00",
    oldStatus: "in_progress",
    newStatus: "closed",
  });
});

test.for([
  ["create", false, false],
  ["started", false, false],
  ["closed", true, false],
  ["closedAgain", true, false],
  ["reopened", false, true],
  ["comment", false, false],
  ["deleted", true, false],
  ["update", false, false],
] as const)("%s: may complete %s, reopens %s", ([name, completes, reopens]) => {
  const decoded = event(LINES[name]);
  expect(mayComplete(decoded)).toBe(completes);
  expect(isReopening(decoded)).toBe(reopens);
});

test("kinds, statuses and fields of a later bd are harmless", () => {
  const decoded = event(`{"type":"bonded","issue_id":"gt-1","issue":{"id":"gt-1"},"new_status":"closed","x":[1]}`);
  expect(decoded).toEqual({ type: "bonded", issue: "gt-1", timestamp: "", newStatus: "closed" });
  expect(mayComplete(decoded)).toBe(false);
  expect(mayComplete(event(`{"type":"status","issue_id":"gt-1","new_status":"verified"}`))).toBe(false);
  expect(mayComplete(event(`{"type":"status","issue_id":"gt-1","new_status":"tombstone"}`))).toBe(true);
});

test("fields of another type than bd writes are left out", () => {
  expect(event(`{"type":"status","issue_id":"gt-1","timestamp":5,"old_status":null,"new_status":["closed"]}`)).toEqual({
    type: "status",
    issue: "gt-1",
    timestamp: "",
  });
});

test.for([
  "",
  "   ",
  "\t",
  `{"type":"update","issue_id":""}`,
  `{"type":"error","message":"daemon unreachable (5 failures)"}`,
  `{"type":"update","issue_id":7}`,
])("%j speaks of no issue", (line) => {
  expect(decodeEvent(line)).toEqual({ kind: "ignored" });
});

test.for([
  ["Warning: cannot read config", "not JSON"],
  [`{"type":"status","issue_id":"gt-1","new_st`, "not JSON"],
  ["[]", "not an object"],
  [`[{"type":"status"}]`, "not an object"],
  ["null", "not an object"],
  ["42", "not an object"],
  [`"closed"`, "not an object"],
  ["true", "not an object"],
  ["{}", "no type"],
  [`{"issue_id":"gt-1"}`, "no type"],
  [`{"type":1,"issue_id":"gt-1"}`, "no type"],
] as const)("%s is rejected: %s", ([line, why]) => {
  expect(decodeEvent(line)).toEqual({ kind: "rejected", why });
});

test("whatever is on a line, decoding it does not throw", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: "binary" })), (line) => {
      expect(["event", "ignored", "rejected"]).toContain(decodeEvent(line).kind);
    }),
  );
});

test("what was written is read again, cut anywhere it is rejected", () => {
  const status = fc.constantFrom("open", "closed", "in_progress", "tombstone", "verified");
  const written = fc.record({
    type: fc.string(),
    issue_id: fc.string({ minLength: 1 }),
    old_status: status,
    new_status: status,
    message: fc.string(),
  });
  fc.assert(
    fc.property(written, fc.nat(), (row, cut) => {
      const line = JSON.stringify(row);
      expect(event(line)).toEqual({
        type: row.type,
        issue: row.issue_id,
        timestamp: "",
        oldStatus: row.old_status,
        newStatus: row.new_status,
      });
      expect(decodeEvent(line.slice(0, 1 + (cut % (line.length - 1))))).toEqual({ kind: "rejected", why: "not JSON" });
    }),
  );
});
