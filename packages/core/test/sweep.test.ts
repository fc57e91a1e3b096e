import { expect, test } from "vitest";
import { newLife } from "../src/life.ts";
import { createRun } from "../src/run.ts";
import { sweep } from "../src/sweep.ts";
import { Harness } from "./support/harness.ts";
import { MemoryDatabase } from "./support/memory-town.ts";

test("there is a sweep at the start, and one in every interval", async () => {
  const harness = new Harness();
  await harness.watch();
  await harness.clock.advance(90_000);
  expect(harness.of("sweep").map(({ reason }) => reason)).toEqual(["start", "timer", "timer", "timer"]);
});

test("requests at once make one sweep; requests during a sweep make one more", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  await harness.watch();
  for (let count = 0; count < 10; count += 1) harness.feed.push({ kind: "sweep", reason: String(count) });
  await harness.clock.advance(1_000);
  expect(harness.of("sweep").map(({ reason }) => reason)).toEqual(["start", "bd: 0"]);
  const before = harness.of("sweep").length;
  harness.town.town.pause = () => harness.clock.sleep(100);
  harness.town.set("open", "gt-1");
  harness.feed.push({ kind: "sweep", reason: "first" });
  await harness.clock.advance(1_050);
  harness.feed.push({ kind: "sweep", reason: "second" }, { kind: "sweep", reason: "third" });
  await harness.clock.advance(3_000);
  expect(
    harness
      .of("sweep")
      .slice(before)
      .map(({ reason }) => reason),
  ).toEqual(["bd: first", "bd: second"]);
});

test("requests that come before the first sweep are answered by it", async () => {
  const harness = new Harness();
  harness.feed.push({ kind: "sweep", reason: "started" });
  await harness.watch();
  await harness.clock.advance(10_000);
  expect(harness.of("sweep").map(({ reason }) => reason)).toEqual(["start"]);
});

test("a sweep goes through any number of convoys", async () => {
  const harness = new Harness();
  for (let number = 0; number < 1_200; number += 1) harness.town.convoy(`hq-cv-${number}`, `gt-${number % 40}`);
  harness.town.convoy("hq-cv-done", "hq-1");
  harness.town.close("hq-1");
  await harness.watch();
  expect(harness.of("sweep")).toMatchObject([{ convoys: 1_201, complete: 1 }]);
  expect(harness.of("waiting")).toHaveLength(1_200);
  expect(harness.gt.calls).toEqual(["check hq-cv-done"]);
});

test("a sweep that fails is told once for each reason, and tried again with growing delays", async () => {
  const harness = new Harness();
  await harness.watch();
  harness.town.town.fault = "locked";
  await harness.clock.advance(120_000);
  harness.town.town.fault = "unreachable";
  await harness.clock.advance(120_000);
  expect(harness.of("warning").map(({ message }) => message)).toEqual(["town is locked", "town is unreachable"]);
  const { queries } = harness.town.town;
  expect(queries.filter((query) => query === "openConvoys").length).toBeLessThan(40);
  harness.town.town.fault = undefined;
  await harness.clock.advance(31_000);
  expect(harness.of("sweep").length).toBeGreaterThan(1);
});

test("a source is doubted when the timer finds what it should have told, and only then", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  harness.town.convoy("hq-cv-b", "gt-2");
  await harness.watch();
  harness.town.close("gt-1");
  harness.feed.push({ kind: "sweep", reason: "restarted" });
  await harness.clock.advance(31_000);
  expect(harness.feed.doubts).toBe(0);
  harness.town.close("gt-2");
  await harness.clock.advance(31_000);
  expect(harness.feed.doubts).toBe(1);
  await harness.clock.advance(300_000);
  expect(harness.feed.doubts).toBe(1);
});

test("a convoy that somebody else has closed is told while it was about to be landed", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  harness.town.close("gt-1");
  harness.rival = "gt daemon";
  await harness.watch();
  harness.land("hq-cv-a");
  harness.feed.push({ kind: "sweep", reason: "now" });
  await harness.clock.advance(1_000);
  expect(harness.of("closed")).toMatchObject([{ convoy: "hq-cv-a", by: "gt daemon", done: 1, total: 1, open: [] }]);
});

test("while nobody writes, a sweep by the timer reads the revision alone; every twentieth looks at everything", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  await harness.watch();
  await harness.clock.advance(61_000);
  const { queries } = harness.town.town;
  const looks = (): number => queries.filter((query) => query === "openConvoys").length;
  const sweeps = (): number => harness.of("sweep").length;
  const [looked, swept] = [looks(), sweeps()];
  await harness.clock.advance(5 * 30_000);
  expect([looks() - looked, sweeps() - swept]).toEqual([0, 5]);
  await harness.clock.advance(20 * 30_000);
  expect(looks() - looked).toBe(1);
  harness.town.close("gt-1");
  await harness.clock.advance(31_000);
  expect(harness.of("landed").map(({ convoy }) => convoy)).toEqual(["hq-cv-a"]);
});

test("what the open databases still show as done and a new opening does not is never landed; the sources are told", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  await harness.watch();
  const { gastown } = harness.town;
  const truth = new MemoryDatabase("gastown");
  truth.put("gt-1");
  gastown.truth = truth;
  harness.town.close("gt-1");
  harness.feed.closed("gt-1");
  await harness.clock.settle();
  expect(harness.of("complete")).toHaveLength(1);
  expect(harness.of("checking")).toEqual([]);
  expect(harness.feed.reopenings).toBe(1);
  harness.town.close("gt-1");
  harness.feed.closed("gt-1");
  await harness.clock.settle();
  expect(harness.of("landed").map(({ convoy }) => convoy)).toEqual(["hq-cv-a"]);
});

test.for(["nobody writes", "somebody writes all the time"])(
  "every twentieth sweep opens the databases anew, while %s",
  async (what) => {
    const harness = new Harness();
    harness.town.convoy("hq-cv-a", "gt-1");
    await harness.watch();
    const { gastown } = harness.town;
    const truth = new MemoryDatabase("gastown");
    truth.put("gt-1", { status: "closed" });
    gastown.truth = truth;
    for (let sweeps = 0; sweeps < 18; sweeps += 1) {
      if (what !== "nobody writes") harness.town.town.put("hq-noise");
      await harness.clock.advance(30_000);
    }
    expect(harness.of("sweep")).toHaveLength(19);
    expect(gastown.renewals).toBe(0);
    await harness.clock.advance(30_000);
    expect(gastown.renewals).toBeGreaterThan(0);
    expect(harness.of("complete").map(({ convoy }) => convoy)).toEqual(["hq-cv-a"]);
    expect(harness.feed.reopenings).toBeGreaterThan(0);
  },
);

test("a sweep reads few convoys at a time, so that hints come in between", async () => {
  const harness = new Harness();
  for (let number = 0; number < 120; number += 1) harness.town.convoy(`hq-cv-${number}`, `gt-${number}`);
  const read: number[] = [];
  const { readConvoys } = harness.town.store;
  harness.options = {
    store: {
      ...harness.town.store,
      readConvoys: async (ids, options) => {
        read.push(ids.length);
        return readConvoys(ids, options);
      },
    },
  };
  await harness.watch();
  expect(read).toEqual([50, 50, 20]);
});

test("the end of a convoy is kept for ten minutes, then forgotten", async () => {
  const harness = new Harness();
  const run = createRun(harness.all(), new AbortController().signal);
  run.lives.set("hq-cv-a", { ...newLife("hq-cv-a"), state: { kind: "landed" }, closes: [0] });
  await harness.clock.advance(601_000);
  await sweep(run, "timer");
  expect([...run.lives.keys()]).toEqual([]);
});

test("while sweeps fail, a source that asks for one is heard at once, and a read that failed is not", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  await harness.watch();
  harness.town.town.fault = "locked";
  harness.feed.push({ kind: "sweep", reason: "cannot be read" });
  await harness.clock.advance(20_000);
  const { length } = harness.of("sweep");
  harness.feed.closed("gt-1", "unheard");
  await harness.clock.settle();
  harness.town.town.fault = undefined;
  await harness.clock.settle();
  expect(harness.of("sweep")).toHaveLength(length);
  harness.feed.push({ kind: "sweep", reason: "can be read again" });
  await harness.clock.advance(1_000);
  expect(harness.of("sweep")).toHaveLength(length + 1);
});
