import { expect, test } from "vitest";
import type { Gauges } from "../src/index.ts";
import { Harness } from "./support/harness.ts";
import { exit } from "./support/scripted-lander.ts";
import { complete } from "./support/towns.ts";

/** A watcher that can be asked how much waits. */
async function observed(harness: Harness): Promise<() => Gauges> {
  let ask: (() => Gauges) | undefined;
  harness.options = { ...harness.options, observe: (gauges) => (ask = gauges) };
  await harness.watch();
  if (ask === undefined) throw new Error("the watcher says nothing of itself");
  return ask;
}

test("an idle watcher has nothing that waits", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  const gauges = await observed(harness);
  expect(gauges()).toEqual({ judging: 0, landing: 0, delayed: 0 });
});

test("convoys wait for a gt that takes its time, and for their next try", async () => {
  const harness = complete(complete(complete(), "hq-cv-b", "bd-1"), "hq-cv-c", "bd-2");
  harness.gt.script.check = async () => {
    await harness.clock.sleep(10_000);
    return exit(1, "no");
  };
  const gauges = await observed(harness);
  // One is under way, two wait for it; all three are also about to be landed.
  expect(gauges()).toMatchObject({ judging: 1, landing: 3, delayed: 0 });
  await harness.clock.advance(10_000);
  expect(gauges()).toMatchObject({ landing: 2, delayed: 1 });
});

test("the oldest hint that has not been judged is told, by the wall clock", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1", "gt-2");
  const gauges = await observed(harness);
  harness.clock.jump(3_600_000);
  const at = new Date(harness.clock.wall()).toISOString();
  harness.town.gastown.pause = () => harness.clock.sleep(5_000);
  harness.feed.closed("gt-1");
  await harness.clock.advance(1_000);
  harness.feed.closed("gt-2");
  await harness.clock.advance(1_000);
  expect(gauges()).toMatchObject({ judging: 1, oldestHint: at });
  await harness.clock.advance(20_000);
  expect(gauges()).toEqual({ judging: 0, landing: 0, delayed: 0 });
});

test("a hint that comes for a convoy which has just been closed is no hint any more once that was read", async () => {
  const harness = complete();
  const gauges = await observed(harness);
  const { convoysTracking } = harness.town.store;
  expect(harness.of("landed")).toHaveLength(1);
  Object.assign(harness.town.store, { convoysTracking: async () => new Map([["gt-1", ["hq-cv-a"]]]) });
  harness.feed.closed("gt-1");
  await harness.clock.advance(1_000);
  Object.assign(harness.town.store, { convoysTracking });
  expect(gauges()).toEqual({ judging: 0, landing: 0, delayed: 0 });
});
