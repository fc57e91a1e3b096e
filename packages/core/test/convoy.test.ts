import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isStaged } from "../src/beads.ts";
import { fingerprint, reasonOf } from "../src/convoy.ts";
import { type ConvoySnapshot, isDone, judge, type TrackedIssue } from "../src/index.ts";

const issue = (state: TrackedIssue["state"], id = "gt-1"): TrackedIssue => ({
  reference: id,
  id,
  state,
  ...(state === "unknown"
    ? { why: `no route leads to ${id}` }
    : { status: state === "done" ? "closed" : "in_progress", rig: "gastown" }),
});

const convoy = (overrides: Partial<ConvoySnapshot> = {}): ConvoySnapshot => ({
  id: "hq-cv-a",
  title: "A",
  status: "open",
  open: true,
  staged: false,
  owned: false,
  tracked: [],
  ...overrides,
});

test.for([
  [[], "empty"],
  [["done"], "complete"],
  [["done", "done"], "complete"],
  [["open"], "waiting"],
  [["unknown"], "waiting"],
  [["done", "open"], "waiting"],
  [["done", "unknown"], "waiting"],
  [["open", "unknown", "done"], "waiting"],
] as const)("%j is %s", ([states, kind]) => {
  expect(judge(convoy({ tracked: states.map((state) => issue(state)) })).kind).toBe(kind);
});

test("a verdict says what the convoy waits on, in words and in order", () => {
  const { blockers, reasons } = judge(
    convoy({ tracked: [issue("open", "gt-2"), issue("done", "gt-3"), issue("unknown", "xx-1")] }),
  );
  expect(blockers.map(({ id }) => id)).toEqual(["gt-2", "xx-1"]);
  expect(reasons).toEqual(["gt-2 is not closed (gastown, in_progress)", "no route leads to xx-1"]);
});

test.for([
  [{ open: false, status: "closed" }, "closed"],
  [{ open: false, status: "tombstone" }, "closed"],
  [{ staged: true, status: "staged_ready" }, "staged"],
  [{ owned: true }, "owned"],
] as const)("a convoy of which all is done, but which is %j, is %s", ([overrides, kind]) => {
  expect(judge(convoy({ tracked: [issue("done")], ...overrides })).kind).toBe(kind);
});

test("an owned convoy that is not done waits like any other", () => {
  expect(judge(convoy({ tracked: [issue("open")], owned: true })).kind).toBe("waiting");
});

test("a reason never is empty, whatever is missing", () => {
  expect(reasonOf({ reference: "a", id: "a", state: "unknown" })).toBe("a cannot be judged");
  expect(reasonOf({ reference: "a", id: "a", state: "open" })).toBe("a is not closed (open)");
  const shipped = { reference: "a", id: "a", state: "open", rig: "gastown", status: "shipped" } as const;
  expect(reasonOf({ ...shipped, why: "bd counts it as done, gt does not" })).toBe(
    "a is not closed (gastown, shipped): bd counts it as done, gt does not",
  );
});

test("the numbers add up, and nothing completes unless something is tracked and all of it is done", () => {
  const states = fc.array(fc.constantFrom("done" as const, "open" as const, "unknown" as const));
  fc.assert(
    fc.property(states, fc.boolean(), fc.boolean(), fc.boolean(), (tracked, open, staged, owned) => {
      const verdict = judge(convoy({ tracked: tracked.map((state) => issue(state)), open, staged, owned }));
      expect(verdict.done + verdict.open + verdict.unknown).toBe(verdict.total);
      expect(verdict.total).toBe(tracked.length);
      expect(verdict.blockers).toHaveLength(verdict.open + verdict.unknown);
      expect(verdict.reasons.length).toBeGreaterThan(0);
      const complete = open && !staged && !owned && tracked.length > 0 && tracked.every((state) => state === "done");
      expect(verdict.kind === "complete").toBe(complete);
    }),
  );
});

test.for([
  ["closed", true],
  ["tombstone", true],
  ["open", false],
  ["Closed", false],
  ["", false],
  ["pinned", false],
] as const)("%j is done: %s", ([status, done]) => {
  expect(isDone(status)).toBe(done);
});

test.for([
  ["staged_ready", true],
  ["staged_warnings", true],
  ["staged", false],
  ["open", false],
] as const)("%s is staged: %s", ([status, staged]) => {
  expect(isStaged(status)).toBe(staged);
});

const CONVOY = convoy({
  updatedAt: "1",
  tracked: [{ reference: "gt-1", id: "gt-1", state: "done", status: "closed", since: "1", rig: "gastown" }],
});

test("what matters not to landing does not change the fingerprint", () => {
  expect(fingerprint({ ...CONVOY, title: "B" })).toBe(fingerprint(CONVOY));
});

test.for<[string, Partial<ConvoySnapshot>]>([
  ["its status", { status: "hooked" }],
  ["its owner", { owned: true }],
  ["when it was written to", { updatedAt: "2" }],
  ["what it tracks", { tracked: [] }],
  [
    "the state of an issue",
    { tracked: [{ reference: "gt-1", id: "gt-1", state: "open", status: "open", since: "1" }] },
  ],
  [
    "when an issue was closed",
    { tracked: [{ reference: "gt-1", id: "gt-1", state: "done", status: "closed", since: "2" }] },
  ],
])("%s changes the fingerprint", ([, changed]) => {
  expect(fingerprint({ ...CONVOY, ...changed })).not.toBe(fingerprint(CONVOY));
});
