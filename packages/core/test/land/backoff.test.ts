import { expect, test } from "vitest";
import { STUCK_AFTER } from "../../src/convoy-life.ts";
import { LANDING_BACKOFF } from "../../src/index.ts";
import { SETTLE } from "../../src/pursue.ts";
import { exit } from "../support/scripted-lander.ts";
import { complete } from "../support/towns.ts";

const SECOND = 1000;

test("exit 0 and nothing happened: tried again with growing delays, and stuck is told once", async () => {
  const harness = complete();
  harness.gt.script.check = () => exit(0, "No convoys ready to close.");
  harness.gt.script.close = () => exit(0, "closed");
  harness.options = { random: () => 0.999, sweepEvery: 10_000 * SECOND };
  await harness.watch();
  const starts: number[] = [];
  const from = harness.clock.now();
  harness.gt.script.check = () => {
    starts.push(harness.clock.now() - from);
    return exit(0, "No convoys ready to close.");
  };
  await harness.clock.advance(20 * SECOND);
  expect(starts).toEqual([999, 999 + 1998, 999 + 1998 + 3996, 999 + 1998 + 3996 + 7992]);
  expect(harness.of("stuck")).toEqual([
    {
      event: "stuck",
      convoy: "hq-cv-a",
      title: "Convoy hq-cv-a",
      attempts: STUCK_AFTER,
      output: "No convoys ready to close.\nclosed",
    },
  ]);
});

test("hints and sweeps do not bring a failed landing forward", async () => {
  const harness = complete();
  harness.options = { steps: ["check"], sweepEvery: 100 };
  harness.gt.script.check = () => exit(0);
  await harness.watch();
  for (let hint = 0; hint < 50; hint += 1) {
    harness.feed.closed("gt-1", String(hint));
    await harness.clock.advance(200);
  }
  expect(harness.gt.calls.length).toBeLessThanOrEqual(5);
});

test("delays never exceed the cap, whatever the number of failures", async () => {
  const harness = complete();
  harness.options = { steps: ["check"] };
  harness.gt.script.check = () => exit(1);
  await harness.watch();
  await harness.clock.advance(3_600 * SECOND);
  const before = harness.gt.calls.length;
  await harness.clock.advance(2 * LANDING_BACKOFF.cap);
  expect(harness.gt.calls.length - before).toBeGreaterThanOrEqual(2);
});

test("a stuck convoy is taken up again at once when it changes", async () => {
  const harness = complete();
  harness.gt.script.check = () => exit(0);
  await harness.watch();
  await harness.clock.advance(600 * SECOND);
  const before = harness.gt.calls.length;
  harness.town.convoy("hq-cv-a", "external:gastown:gt-2");
  harness.town.close("gt-2");
  harness.gt.script.check = harness.landing;
  harness.feed.closed("gt-2");
  await harness.clock.advance(SETTLE);
  expect(harness.gt.calls.length).toBeGreaterThan(before);
  expect(harness.of("landed")).toHaveLength(1);
});

test("a stuck convoy is taken up at the next sweep when gt is another one", async () => {
  const harness = complete();
  harness.gt.script.check = () => exit(0);
  await harness.watch();
  await harness.clock.advance(1_200 * SECOND);
  harness.gt.version = "gt 2";
  harness.gt.script.check = harness.landing;
  await harness.clock.advance(30 * SECOND);
  expect(harness.of("landed")).toHaveLength(1);
});

test("a gt that is replaced while its last command hangs is tried again at once", async () => {
  const harness = complete();
  harness.gt.script.check = async () => {
    await harness.clock.sleep(60 * SECOND);
    return { ended: "timeout", output: "no answer within 60 s" };
  };
  await harness.watch();
  await harness.clock.advance(2_000 * SECOND);
  while (harness.gt.running === 0) await harness.clock.advance(SECOND);
  harness.gt.version = "gt 2";
  harness.gt.script.check = harness.landing;
  await harness.clock.advance(91 * SECOND);
  expect(harness.of("landed")).toHaveLength(1);
});

test("a gt that writes to the convoy and leaves it open is not called at every look", async () => {
  const harness = complete();
  harness.options = { steps: ["check"], sweepEvery: 100 };
  harness.gt.script.check = (convoy) => {
    harness.town.town.put(convoy, { title: "noted" });
    return exit(0);
  };
  await harness.watch();
  await harness.clock.advance(10 * SECOND);
  expect(harness.gt.calls.length).toBeLessThanOrEqual(5);
  expect(harness.of("stuck")).toHaveLength(1);
});

test("an issue that is reopened and closed again ends the backoff, though nothing stored differs", async () => {
  const harness = complete();
  const stamp = { since: 7 };
  harness.town.gastown.put("gt-1", { status: "closed", ...stamp });
  harness.gt.script.check = () => exit(0);
  await harness.watch();
  await harness.clock.advance(600 * SECOND);
  harness.town.gastown.put("gt-1", { status: "open", ...stamp });
  harness.feed.reopened("gt-1");
  await harness.clock.settle();
  harness.town.gastown.put("gt-1", { status: "closed", ...stamp });
  harness.gt.script.check = harness.landing;
  harness.feed.closed("gt-1");
  await harness.clock.settle();
  expect(harness.of("landed")).toHaveLength(1);
});
