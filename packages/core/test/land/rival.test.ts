import { expect, test } from "vitest";
import { LANDING_BACKOFF } from "../../src/index.ts";
import { exit } from "../support/scripted-lander.ts";
import { complete } from "../support/towns.ts";

const SECOND = 1000;

test("beside a rival a convoy is left to it for the grace period, then landed", async () => {
  const harness = complete();
  harness.rival = "gt daemon (pid 7)";
  await harness.watch();
  await harness.clock.advance(4_900);
  expect(harness.gt.calls).toEqual([]);
  await harness.clock.advance(200);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  expect(harness.of("landed")).toHaveLength(1);
  expect(harness.of("warning").filter(({ message }) => message.includes("gt daemon (pid 7)"))).toHaveLength(1);
});

test("what a rival closes in its grace is told of as closed by it, once, and no command is run", async () => {
  const harness = complete();
  harness.rival = "gt daemon (pid 7)";
  await harness.watch();
  await harness.clock.advance(2_000);
  harness.land("hq-cv-a");
  await harness.clock.advance(10 * SECOND);
  expect(harness.gt.calls).toEqual([]);
  expect(harness.of("closed")).toMatchObject([{ convoy: "hq-cv-a", by: "gt daemon (pid 7)", done: 1, total: 1 }]);
  expect(harness.of("landed")).toEqual([]);
});

test("a rival's grace runs from the completion, however often the convoy is looked at", async () => {
  const harness = complete();
  harness.rival = "gt daemon (pid 7)";
  harness.options = { sweepEvery: 300 };
  await harness.watch();
  await harness.clock.advance(5_100);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
});

test("a wall clock that is set back prolongs neither a grace nor a backoff", async () => {
  const harness = complete();
  harness.rival = "gt daemon (pid 7)";
  harness.gt.script.check = () => exit(1);
  harness.options = { steps: ["check"] };
  await harness.watch();
  harness.clock.jump(-3_600 * SECOND);
  await harness.clock.advance(40 * SECOND);
  const { length } = harness.gt.calls;
  expect(length).toBeGreaterThanOrEqual(1);
  harness.clock.jump(-3_600 * SECOND);
  await harness.clock.advance(LANDING_BACKOFF.cap + 60 * SECOND);
  expect(harness.gt.calls.length).toBeGreaterThan(length);
});

test("a grace in which gt was to be asked is not that of a convoy that becomes complete meanwhile", async () => {
  const harness = complete();
  harness.rival = "gt daemon (pid 7)";
  harness.town.gastown.fault = "locked";
  harness.feed.closed("gt-1", "event 1");
  await harness.watch();
  await harness.clock.advance(4_000);
  harness.town.gastown.fault = undefined;
  await harness.clock.advance(5_000);
  expect(harness.of("complete")).toHaveLength(1);
  expect(harness.gt.calls).toEqual([]);
  await harness.clock.advance(10_000);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
});

test("a grace ends with what it began for: an issue that was added, and could not be read at first, is left to the rival anew", async () => {
  const harness = complete();
  harness.rival = "gt daemon (pid 7)";
  await harness.watch();
  await harness.clock.advance(3 * SECOND);
  harness.town.town.track("hq-cv-a", "bd-1");
  harness.town.close("bd-1");
  harness.town.beads.fault = "corrupt";
  harness.feed.closed("bd-1");
  await harness.clock.advance(SECOND);
  expect(harness.of("waiting")).toHaveLength(1);
  harness.town.beads.fault = undefined;
  harness.feed.closed("bd-1", "again");
  await harness.clock.advance(4_900);
  expect(harness.gt.calls).toEqual([]);
  await harness.clock.advance(5 * SECOND);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
});
