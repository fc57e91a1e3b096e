import { expect, test } from "vitest";
import { DatabaseError } from "../../src/index.ts";
import { exit } from "../support/scripted-lander.ts";
import { complete } from "../support/towns.ts";

const SECOND = 1000;

test("an issue that is reopened between decision and action stops the ladder", async () => {
  const harness = complete();
  harness.gt.script.check = () => {
    harness.town.set("open", "gt-1");
    return exit(0);
  };
  await harness.watch();
  await harness.clock.advance(60 * SECOND);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  expect(harness.of("waiting")).toMatchObject([{ convoy: "hq-cv-a", open: 1 }]);
  expect(harness.of("stuck")).toEqual([]);
});

test("an issue that is added between decision and action stops the ladder", async () => {
  const harness = complete();
  harness.gt.script.check = () => {
    harness.town.gastown.put("gt-2");
    harness.town.town.track("hq-cv-a", "external:gastown:gt-2");
    return exit(0);
  };
  await harness.watch();
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  harness.gt.script.check = harness.landing;
  harness.town.close("gt-2");
  harness.feed.closed("gt-2");
  await harness.clock.advance(SECOND);
  expect(harness.gt.calls).toEqual(["check hq-cv-a", "check hq-cv-a"]);
  expect(harness.of("landed")).toHaveLength(1);
});

test("a convoy is read after the rival has been looked for, and right before the command", async () => {
  const harness = complete();
  harness.options = {
    rival: async () => {
      harness.town.set("open", "gt-1");
      return undefined;
    },
  };
  await harness.watch();
  expect(harness.gt.calls).toEqual([]);
});

test("a read that began before a landing and ended after it says nothing about it", async () => {
  const harness = complete();
  harness.gt.script.check = async (convoy) => {
    await harness.clock.sleep(SECOND);
    harness.land(convoy);
    return exit(0);
  };
  await harness.watch();
  await harness.clock.advance(SECOND - 10);
  const { town } = harness.town;
  town.pause = (query) => (query === "convoys" ? harness.clock.sleep(100) : undefined);
  harness.feed.closed("gt-1");
  await harness.clock.settle();
  town.pause = undefined;
  await harness.clock.advance(60 * SECOND);
  expect(harness.of("complete")).toHaveLength(1);
  expect(harness.of("landed")).toHaveLength(1);
  expect(harness.of("skipped")).toEqual([]);
  expect(harness.gt.calls).toHaveLength(1);
});

test("when a read fails before the command, the convoy is landed as soon as it can be read again", async () => {
  const harness = complete();
  harness.town.convoy("hq-cv-b", "gt-2");
  harness.options = { sweepEvery: 3_600 * SECOND };
  await harness.watch();
  harness.town.close("gt-2");
  const { town } = harness.town;
  let broken = true;
  const answer = town.convoys.bind(town);
  let judged = false;
  town.convoys = async (ids) => {
    if (broken && judged) throw new DatabaseError("locked", "town", "town is locked", "wait");
    judged = true;
    return answer(ids);
  };
  harness.feed.closed("gt-2");
  await harness.clock.advance(100);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  broken = false;
  await harness.clock.advance(SECOND);
  expect(harness.gt.calls).toEqual(["check hq-cv-a", "check hq-cv-b"]);
});

test("when the read after a command fails, the convoy is still taken up at once when it changes", async () => {
  const harness = complete();
  harness.gt.script.check = () => {
    harness.town.town.fault = "locked";
    return exit(0);
  };
  await harness.watch();
  await harness.clock.settle();
  harness.town.town.fault = undefined;
  harness.gt.script.check = harness.landing;
  harness.gt.version = "gt 2";
  harness.feed.closed("gt-1");
  await harness.clock.settle();
  expect(harness.of("landed")).toHaveLength(1);
});
