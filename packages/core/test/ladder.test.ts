import { expect, test } from "vitest";
import type { ConvoySnapshot, TrackedIssue } from "../src/index.ts";
import { kindOf, learn, saysForce, stepsFor, unlearn } from "../src/ladder.ts";
import { createRun } from "../src/run.ts";
import { Harness } from "./support/harness.ts";

const issue = (rig: string, status = "closed"): TrackedIssue => ({
  reference: "a",
  id: "a",
  state: "done",
  status,
  rig,
});
const convoy = (...tracked: TrackedIssue[]): ConvoySnapshot => ({
  id: "hq-cv-a",
  title: "A",
  status: "open",
  open: true,
  staged: false,
  owned: false,
  tracked,
});

test.for([
  [convoy(issue("town")), "town"],
  [convoy(issue("town"), issue("gastown")), "rig"],
  [convoy(issue("town", "tombstone")), "town+deleted"],
  [convoy(issue("gastown", "tombstone"), issue("town")), "rig+deleted"],
] as const)("convoys with the same blind spots are of one kind: %#", ([it, kind]) => {
  expect(kindOf(it)).toBe(kind);
});

test("futile steps are left out for their kind, until all are or gt is another one", () => {
  const harness = new Harness();
  const run = createRun(harness.all());
  const town = convoy(issue("town"));
  const rig = convoy(issue("gastown"));
  expect(stepsFor(run, rig)).toEqual(["check", "close", "force"]);
  learn(run, rig, ["check"]);
  learn(run, rig, []);
  learn(run, rig, ["close"]);
  expect(stepsFor(run, rig)).toEqual(["force"]);
  expect(stepsFor(run, town)).toEqual(["check", "close", "force"]);
  learn(run, rig, ["force"]);
  expect(stepsFor(run, rig)).toEqual(["check", "close", "force"]);
  learn(run, town, ["check"]);
  unlearn(run, rig);
  expect(stepsFor(run, town)).toEqual(["close", "force"]);
  harness.gt.version = "gt 2";
  expect(stepsFor(run, town)).toEqual(["check", "close", "force"]);
});

test("a refusal names the last resort", () => {
  expect(saysForce({ ended: "exit", exitCode: 1, output: "Use --force to close anyway" })).toBe(true);
  expect(saysForce({ ended: "exit", exitCode: 1, output: "database is locked" })).toBe(false);
});
