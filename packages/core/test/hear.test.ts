import { expect, test } from "vitest";
import type { Hint } from "../src/index.ts";
import { Harness } from "./support/harness.ts";
import { exit } from "./support/scripted-lander.ts";

test("a close is told with the convoys it concerns, also when there are none", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1", "gt-2");
  harness.town.convoy("hq-cv-b", "external:gastown:gt-1");
  await harness.watch();
  harness.town.close("gt-1");
  harness.feed.closed("gt-1");
  harness.feed.closed("gt-99");
  await harness.clock.settle();
  expect(harness.of("close")).toEqual([
    { event: "close", issue: "gt-1", source: "bd", convoys: ["hq-cv-a", "hq-cv-b"] },
    { event: "close", issue: "gt-99", source: "bd", convoys: [] },
  ]);
  expect(harness.gt.calls).toEqual(["check hq-cv-b"]);
});

test("a hint costs nothing but a look: what decides is the database", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  await harness.watch();
  for (let count = 0; count < 20; count += 1) harness.feed.closed("gt-1", String(count));
  await harness.clock.advance(10_000);
  expect(harness.gt.calls).toEqual([]);
});

test("a burst of closes in one convoy runs one command", async () => {
  const harness = new Harness();
  const issues = Array.from({ length: 500 }, (_, number) => `gt-${number}`);
  harness.town.convoy("hq-cv-a", ...issues);
  await harness.watch();
  harness.town.close(...issues);
  for (const issue of issues) harness.feed.closed(issue);
  await harness.clock.advance(10_000);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
});

test("the replay of a landed convoy's closes costs no command", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  await harness.watch();
  harness.town.close("gt-1");
  for (let count = 0; count < 5; count += 1) {
    harness.feed.closed("gt-1", "2026-01-12T18:03:11Z");
    await harness.clock.advance(5_000);
  }
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  expect(harness.of("landed")).toHaveLength(1);
});

test("state and warnings of a source are passed on", async () => {
  const harness = new Harness();
  await harness.watch();
  harness.feed.push(
    { kind: "state", state: "down", detail: "exit status 1" },
    { kind: "warning", message: "3 lines dropped", hint: "none" },
    { kind: "warning", message: "bare" },
  );
  await harness.clock.settle();
  expect(harness.of("source").at(-1)).toEqual({ event: "source", name: "bd", state: "down", detail: "exit status 1" });
  expect(harness.of("warning")).toEqual([
    { event: "warning", message: "3 lines dropped", hint: "none" },
    { event: "warning", message: "bare" },
  ]);
});

test("a source that asks for a sweep gets one", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  await harness.watch();
  harness.town.close("gt-1");
  harness.feed.push({ kind: "sweep", reason: "restarted" });
  await harness.clock.settle();
  expect(harness.of("sweep").at(-1)).toMatchObject({ reason: "bd: restarted", complete: 1 });
  expect(harness.of("landed")).toHaveLength(1);
});

test("a hint that cannot be followed becomes a sweep", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  await harness.watch();
  harness.town.close("gt-1");
  harness.town.town.fault = "locked";
  harness.feed.closed("gt-1");
  await harness.clock.settle();
  harness.town.town.fault = undefined;
  await harness.clock.advance(1_000);
  expect(harness.of("landed")).toHaveLength(1);
});

test("an issue that is open again under a closed convoy is told", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  harness.town.close("gt-1", "hq-cv-a");
  await harness.watch();
  harness.town.set("open", "gt-1");
  harness.feed.reopened("gt-1");
  await harness.clock.settle();
  expect(harness.of("warning")).toMatchObject([
    { message: "gt-1 is open again, and hq-cv-a, which tracks it, is closed" },
  ]);
});

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

test("a replayed reopening of an issue that is closed again is no news, and a true one is told once", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  harness.town.close("gt-1", "hq-cv-a");
  await harness.watch();
  harness.feed.reopened("gt-1");
  await harness.clock.settle();
  expect(harness.of("warning")).toEqual([]);
  harness.town.set("open", "gt-1");
  harness.feed.reopened("gt-1");
  await harness.clock.settle();
  harness.feed.reopened("gt-1");
  await harness.clock.settle();
  expect(harness.of("warning")).toHaveLength(1);
});

test("to look for reopened issues does not hold up the others of the same hint", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  harness.town.convoy("hq-cv-b", "gt-2");
  harness.town.close("gt-1", "hq-cv-a");
  await harness.watch();
  harness.town.set("open", "gt-1");
  harness.town.close("gt-2");
  harness.town.town.pause = (query) => (query === "closedConvoysTracking" ? harness.clock.sleep(2_000) : undefined);
  harness.feed.push({
    kind: "issues",
    changes: [
      { issue: "gt-1", closed: false, reopened: true },
      { issue: "gt-2", closed: true },
    ],
  });
  await harness.clock.settle();
  expect(harness.of("landed")).toMatchObject([{ convoy: "hq-cv-b", ms: 0 }]);
  await harness.clock.advance(3_000);
  expect(harness.of("warning")).toHaveLength(1);
});
