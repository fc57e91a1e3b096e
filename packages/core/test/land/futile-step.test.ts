import { expect, test } from "vitest";
import { SETTLE } from "../../src/pursue.ts";
import { Harness } from "../support/harness.ts";
import { exit } from "../support/scripted-lander.ts";
import { complete } from "../support/towns.ts";

const SECOND = 1000;

test("a step that leads nowhere is learnt for one kind of convoy, and forgotten when gt changes", async () => {
  const harness = complete(new Harness(), "hq-cv-a");
  harness.gt.script.check = () => exit(0);
  harness.gt.script.close = harness.landing;
  await harness.watch();
  const landOne = async (convoy: string, issue: string): Promise<string[]> => {
    harness.gt.calls.length = 0;
    harness.town.convoy(convoy, issue);
    harness.town.close(issue);
    harness.feed.closed(issue);
    await harness.clock.advance(SETTLE);
    return [...harness.gt.calls];
  };
  expect(await landOne("hq-cv-b", "gt-5")).toEqual(["close hq-cv-b"]);
  expect(await landOne("hq-cv-c", "hq-5")).toEqual(["check hq-cv-c", "close hq-cv-c"]);
  harness.gt.version = "gt 2";
  expect(await landOne("hq-cv-d", "gt-6")).toEqual(["check hq-cv-d", "close hq-cv-d"]);
});

test("what was learnt is forgotten when the steps that were left lead nowhere", async () => {
  const harness = complete(new Harness(), "hq-cv-a");
  harness.gt.script.check = () => exit(0);
  harness.gt.script.close = () => exit(1, "Error: it has open issues\n  Use --force to close anyway.");
  harness.gt.script.force = (convoy) => {
    // Somebody closes it by hand, while gt refuses to.
    harness.land(convoy);
    return exit(1, "unknown flag: --force");
  };
  await harness.watch();
  expect(harness.of("landed")).toHaveLength(1);
  complete(harness, "hq-cv-b", "external:gastown:gt-2");
  harness.gt.script.force = () => exit(1, "unknown flag: --force");
  harness.gt.script.close = harness.landing;
  harness.feed.closed("gt-2");
  await harness.clock.advance(60 * SECOND);
  expect(harness.of("landed")).toHaveLength(2);
});

test("a step that fails is not learnt to be futile", async () => {
  const harness = complete(new Harness(), "hq-cv-a");
  harness.gt.script.check = () => exit(1, "database is locked");
  harness.gt.script.close = harness.landing;
  await harness.watch();
  harness.gt.calls.length = 0;
  complete(harness, "hq-cv-b", "external:gastown:gt-2");
  harness.feed.closed("gt-2");
  await harness.clock.advance(SETTLE);
  expect(harness.gt.calls).toEqual(["check hq-cv-b", "close hq-cv-b"]);
});
