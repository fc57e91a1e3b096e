import { expect, test } from "vitest";
import { Feed } from "../support/feed.ts";
import { Harness } from "../support/harness.ts";
import { almostComplete } from "../support/towns.ts";

const SECOND = 1000;

test("the last close of a convoy lands it, at the same instant", async () => {
  const harness = almostComplete();
  await harness.watch();
  harness.town.close("hq-1");
  harness.feed.closed("hq-1");
  await harness.clock.settle();
  expect(harness.of("landed")).toMatchObject([{ convoy: "hq-cv-a", ms: 0 }]);
});

test("a close that no source tells of is found by the next sweep", async () => {
  const harness = almostComplete();
  await harness.watch();
  harness.town.close("hq-1");
  await harness.clock.advance(30 * SECOND);
  expect(harness.of("landed")).toHaveLength(1);
  expect(harness.feed.doubts).toBe(1);
});

test("a source may ask for a look at everything, and is named as the reason", async () => {
  const harness = almostComplete();
  await harness.watch();
  harness.town.close("hq-1");
  harness.feed.push({ kind: "sweep", reason: "alpha was opened anew" });
  await harness.clock.settle();
  expect(harness.of("sweep").map(({ reason }) => reason)).toEqual([
    "start",
    expect.stringContaining("alpha was opened anew"),
  ]);
  expect(harness.of("landed")).toHaveLength(1);
});

test("a watcher without any source sweeps", async () => {
  const harness = almostComplete();
  harness.options = { sources: [] };
  await harness.watch();
  expect(harness.of("watching")).toEqual([{ event: "watching", sources: [], convoys: 1 }]);
  harness.town.close("hq-1");
  await harness.clock.advance(30 * SECOND);
  expect(harness.of("landed")).toHaveLength(1);
});

test("a source that is attached late leads to one more sweep", async () => {
  const harness = almostComplete();
  const late = new Feed("late", []);
  harness.options = { sources: [late] };
  await harness.watch();
  await harness.clock.advance(10 * SECOND);
  harness.town.close("hq-1");
  late.push({ kind: "state", state: "up" });
  await harness.clock.settle();
  expect(harness.of("landed")).toHaveLength(1);
});

test("a source that ends or fails is told, and the watcher carries on without it", async () => {
  const harness = almostComplete();
  const other = new Feed("db");
  harness.options = { sources: [harness.feed, other] };
  await harness.watch();
  harness.feed.push(new Error("it broke"));
  other.push("end");
  await harness.clock.settle();
  expect(harness.of("source")).toMatchObject([
    { name: "bd", state: "up" },
    { name: "db", state: "up" },
    { name: "bd", state: "down", detail: "it broke" },
    { name: "db", state: "down" },
  ]);
  harness.town.close("hq-1");
  await harness.clock.advance(30 * SECOND);
  expect(harness.of("landed")).toHaveLength(1);
});

test("an endless time between sweeps makes no hot loop", async () => {
  const harness = almostComplete();
  harness.options = { sweepEvery: Number.POSITIVE_INFINITY };
  const asked: number[] = [];
  const { sleep } = harness.clock;
  harness.clock.sleep = (ms, signal) => {
    asked.push(ms);
    return sleep.call(harness.clock, ms, signal);
  };
  await harness.watch();
  asked.length = 0;
  await harness.clock.advance(3_600 * SECOND);
  expect(harness.of("sweep")).toHaveLength(1);
  // Only the wall clock is looked at, every five seconds.
  expect(asked).toHaveLength(720);
});

test("no timer is left of the convoys that came and went", async () => {
  const harness = new Harness();
  await harness.watch();
  for (let number = 0; number < 200; number += 1) {
    harness.town.convoy(`hq-cv-${number}`, `gt-${number}`);
    harness.town.close(`gt-${number}`);
    harness.feed.closed(`gt-${number}`);
    await harness.clock.advance(SECOND);
  }
  expect(harness.of("landed")).toHaveLength(200);
  await harness.clock.advance(300 * SECOND);
  // The sweeper's nap is all that is left.
  expect(harness.clock.sleepers).toBe(1);
});

test("dry-run says what is complete, and runs nothing", async () => {
  const harness = almostComplete();
  harness.town.close("hq-1");
  harness.options = { dryRun: true };
  await harness.watch();
  await harness.clock.advance(300 * SECOND);
  expect(harness.of("complete")).toEqual([
    { event: "complete", convoy: "hq-cv-a", title: "Convoy hq-cv-a", done: 2, total: 2 },
  ]);
  expect(harness.gt.calls).toEqual([]);
});
