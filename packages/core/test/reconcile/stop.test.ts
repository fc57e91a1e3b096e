import { expect, test } from "vitest";
import { exit } from "../support/scripted-lander.ts";
import { almostComplete } from "../support/towns.ts";

const SECOND = 1000;

test("stop finishes the command in flight and takes up nothing new", async () => {
  const harness = almostComplete();
  harness.town.close("hq-1");
  harness.town.convoy("hq-cv-b", "bd-1");
  harness.town.close("bd-1");
  harness.gt.script.check = async (convoy) => {
    await harness.clock.sleep(2 * SECOND);
    harness.land(convoy);
    return exit(0);
  };
  const { ended } = await harness.watch();
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  harness.stop.abort();
  let over = false;
  void ended.then(() => {
    over = true;
  });
  await harness.clock.advance(SECOND);
  expect(over).toBe(false);
  await harness.clock.advance(5 * SECOND);
  expect(over).toBe(true);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  expect(harness.of("landed")).toMatchObject([{ convoy: "hq-cv-a" }]);
  expect(harness.feed.followers).toBe(0);
  expect(harness.clock.sleepers).toBe(0);
});

test("stop ends the ladder after the command in flight", async () => {
  const harness = almostComplete();
  harness.town.close("hq-1");
  harness.gt.script.check = async () => {
    await harness.clock.sleep(SECOND);
    return exit(0);
  };
  const { ended } = await harness.watch();
  harness.stop.abort();
  await harness.clock.advance(5 * SECOND);
  await ended;
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
});

test("kill ends the command in flight, too", async () => {
  const harness = almostComplete();
  harness.town.close("hq-1");
  harness.gt.script.check = async (_, signal) => {
    await harness.clock.sleep(60 * SECOND, signal);
    return { ended: "signal", output: "" };
  };
  const { ended } = await harness.watch();
  harness.stop.abort();
  harness.kill.abort();
  await harness.clock.settle();
  await expect(ended).resolves.toBeUndefined();
});

test("a command in flight is left to end by itself after the time that is set, and not before", async () => {
  const harness = almostComplete();
  harness.town.close("hq-1");
  harness.options = { leaveAfter: 30 * SECOND };
  harness.gt.script.check = async (convoy) => {
    await harness.clock.sleep(20 * SECOND);
    harness.land(convoy);
    return exit(0);
  };
  const { ended } = await harness.watch();
  harness.stop.abort();
  await harness.clock.advance(21 * SECOND);
  await ended;
  expect(harness.of("warning")).toEqual([]);
  expect(harness.of("landed")).toMatchObject([{ convoy: "hq-cv-a" }]);
});
