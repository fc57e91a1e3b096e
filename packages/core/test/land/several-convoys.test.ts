import { expect, test } from "vitest";
import { Harness } from "../support/harness.ts";
import { exit } from "../support/scripted-lander.ts";
import { complete } from "../support/towns.ts";

const SECOND = 1000;

/** As with the first gt: it ignores the id, and looks at every convoy. */
function checksAll(harness: Harness): void {
  harness.gt.knowledge = { checkTakesId: false, stamps: false };
  harness.options = { steps: ["check"] };
}

test("convoys closed by the check for another one are landed, once each", async () => {
  const harness = complete(complete(complete(), "hq-cv-b", "bd-1"), "hq-cv-c", "hq-1");
  checksAll(harness);
  harness.gt.script.check = () => {
    for (const convoy of ["hq-cv-a", "hq-cv-b", "hq-cv-c"]) harness.land(convoy);
    return exit(0);
  };
  await harness.watch();
  await harness.clock.advance(60 * SECOND);
  expect(harness.gt.calls).toHaveLength(1);
  expect(
    harness
      .of("landed")
      .map(({ convoy }) => convoy)
      .sort(),
  ).toEqual(["hq-cv-a", "hq-cv-b", "hq-cv-c"]);
  expect(harness.of("skipped")).toEqual([]);
});

test("a convoy that completes while a check is running, and is closed by it, is landed and no rival's", async () => {
  const harness = complete();
  checksAll(harness);
  harness.town.convoy("hq-cv-b", "bd-1");
  harness.gt.script.check = async () => {
    await harness.clock.sleep(2 * SECOND);
    harness.land("hq-cv-a");
    harness.land("hq-cv-b");
    return exit(0);
  };
  await harness.watch();
  await harness.clock.advance(SECOND);
  harness.town.close("bd-1");
  harness.feed.closed("bd-1");
  await harness.clock.advance(5 * SECOND);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  expect(new Set(harness.of("landed").map(({ convoy }) => convoy))).toEqual(new Set(["hq-cv-a", "hq-cv-b"]));
  expect(harness.of("landed")).toHaveLength(2);
  expect(harness.of("skipped")).toEqual([]);
});

test("a convoy that settles, and is closed by the check for another one, is told of at once", async () => {
  const harness = complete(complete(), "hq-cv-b", "bd-1");
  checksAll(harness);
  harness.town.town.put("hq-cv-b", { createdAt: new Date(harness.clock.wall()).toISOString() });
  harness.gt.script.check = () => {
    harness.land("hq-cv-b");
    return { ended: "signal", output: "" };
  };
  await harness.watch();
  await harness.clock.advance(100);
  expect(harness.of("landed")).toMatchObject([{ convoy: "hq-cv-b", by: "check" }]);
});

test("one gt at a time, and no convoy twice at once", async () => {
  const harness = new Harness();
  for (let number = 0; number < 20; number += 1) complete(harness, `hq-cv-${number}`, `gt-${number}`);
  harness.gt.script.check = async (convoy) => {
    await harness.clock.sleep(100);
    harness.land(convoy);
    return exit(0);
  };
  await harness.watch();
  for (let number = 0; number < 20; number += 1) {
    harness.feed.closed(`gt-${number}`);
    await harness.clock.advance(50);
  }
  await harness.clock.advance(5 * SECOND);
  expect(harness.gt.mostAtOnce).toBe(1);
  expect(harness.gt.calls).toHaveLength(20);
  expect(harness.of("landed")).toHaveLength(20);
});
