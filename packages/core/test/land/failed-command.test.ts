import { expect, test } from "vitest";
import { exit } from "../support/scripted-lander.ts";
import { complete } from "../support/towns.ts";

const SECOND = 1000;

test.for(["timeout", "not-found"] as const)(
  "a command that ended by %s is told at once, and ends the ladder",
  async (ended) => {
    const harness = complete();
    harness.gt.script.check = () => ({ ended, output: "no answer within 60 s" });
    await harness.watch();
    expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
    expect(harness.of("stuck")).toMatchObject([{ convoy: "hq-cv-a", attempts: 1, output: "no answer within 60 s" }]);
    await harness.clock.advance(60 * SECOND);
    expect(harness.of("stuck")).toHaveLength(1);
  },
);

test.for(["signal", "failed"] as const)("a command that ended by %s is tried again", async (ended) => {
  const harness = complete();
  harness.gt.script.check = () => ({ ended, output: "killed" });
  await harness.watch();
  expect(harness.of("stuck")).toEqual([]);
  harness.gt.script.check = harness.landing;
  await harness.clock.advance(SECOND);
  expect(harness.of("landed")).toHaveLength(1);
});

test("a command that failed after all is no failure when the convoy is closed", async () => {
  const harness = complete();
  harness.gt.script.check = (convoy) => {
    harness.land(convoy);
    return exit(1, "mail could not be sent");
  };
  await harness.watch();
  expect(harness.of("landed")).toHaveLength(1);
  expect(harness.of("stuck")).toEqual([]);
});

test("a lander that throws is a failed try, and the watcher lives on", async () => {
  const harness = complete();
  harness.gt.script.check = () => Promise.reject(new Error("spawn failed"));
  await harness.watch();
  await harness.clock.advance(10 * SECOND);
  expect(harness.of("stuck")).toMatchObject([{ convoy: "hq-cv-a", output: "spawn failed" }]);
  complete(harness, "hq-cv-b", "bd-9");
  harness.gt.script.check = harness.landing;
  harness.feed.closed("bd-9");
  await harness.clock.advance(3 * SECOND);
  expect(harness.of("landed").map(({ convoy }) => convoy)).toContain("hq-cv-b");
});
