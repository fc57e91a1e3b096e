import { expect, test } from "vitest";
import type { Hint } from "../../src/index.ts";
import { Harness } from "../support/harness.ts";
import { exit } from "../support/scripted-lander.ts";

const ASK: Hint = { kind: "issues", changes: [{ issue: "xx-1", closed: true, stamp: "event 1" }] };

function unknown(): Harness {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "external:far:xx-1", "gt-1");
  harness.town.close("gt-1");
  harness.gt.script.check = () => exit(0);
  return harness;
}

test("a close that names an unknown issue asks gt once, and not again when it is replayed", async () => {
  const harness = unknown();
  await harness.watch();
  harness.feed.push(ASK, ASK);
  await harness.clock.advance(60_000);
  harness.feed.push(ASK);
  await harness.clock.advance(60_000);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  harness.feed.push({ kind: "issues", changes: [{ issue: "xx-1", closed: true, stamp: "event 2" }] });
  await harness.clock.advance(60_000);
  expect(harness.gt.calls).toEqual(["check hq-cv-a", "check hq-cv-a"]);
});

test("gt may close what we can't judge", async () => {
  const harness = unknown();
  harness.gt.script.check = harness.landing;
  await harness.watch();
  harness.feed.push(ASK);
  await harness.clock.settle();
  expect(harness.of("landed")).toMatchObject([{ convoy: "hq-cv-a", by: "check" }]);
});

test("a sweep does not ask, and neither does a close of another issue", async () => {
  const harness = unknown();
  await harness.watch();
  harness.feed.closed("gt-1", "event 1");
  harness.feed.push({ kind: "sweep", reason: "restarted" });
  await harness.clock.advance(300_000);
  expect(harness.gt.calls).toEqual([]);
});

test("gt is not asked while something is known to be open; it is once that is closed", async () => {
  const harness = unknown();
  harness.town.set("open", "gt-1");
  await harness.watch();
  harness.feed.push(ASK);
  await harness.clock.advance(60_000);
  expect(harness.gt.calls).toEqual([]);
  harness.town.close("gt-1");
  harness.feed.closed("gt-1");
  await harness.clock.settle();
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
});

test("gt is not asked with close or force", async () => {
  const harness = unknown();
  harness.options = { steps: ["close", "force"] };
  await harness.watch();
  harness.feed.push(ASK);
  await harness.clock.advance(60_000);
  expect(harness.gt.calls).toEqual([]);
});

test("gt is not asked in a dry run, nor before a rival had its grace", async () => {
  const dry = unknown();
  dry.options = { dryRun: true };
  await dry.watch();
  dry.feed.push(ASK);
  await dry.clock.advance(60_000);
  expect(dry.gt.calls).toEqual([]);

  const beside = unknown();
  beside.rival = "gt daemon";
  beside.options = { sweepEvery: 1_000 };
  await beside.watch();
  beside.feed.push(ASK);
  await beside.clock.advance(4_900);
  expect(beside.gt.calls).toEqual([]);
  await beside.clock.advance(1_000);
  expect(beside.gt.calls).toEqual(["check hq-cv-a"]);
});

test("gt is not asked about a convoy that its owner closes", async () => {
  const harness = unknown();
  harness.town.town.put("hq-cv-a", { owned: true });
  await harness.watch();
  harness.feed.push(ASK);
  await harness.clock.advance(60_000);
  expect(harness.gt.calls).toEqual([]);
});

test("a gt that failed has not been asked: it is asked again", async () => {
  const harness = unknown();
  harness.gt.script.check = (convoy, signal) =>
    harness.gt.calls.length === 1 ? exit(1, "database is locked") : harness.landing(convoy, signal);
  await harness.watch();
  harness.feed.push(ASK);
  await harness.clock.advance(60_000);
  expect(harness.gt.calls).toEqual(["check hq-cv-a", "check hq-cv-a"]);
  expect(harness.of("landed")).toHaveLength(1);
});
