import { expect, test } from "vitest";
import { Harness } from "../support/harness.ts";

test("an issue that is open again under a closed convoy is told", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  harness.town.close("gt-1", "hq-cv-a");
  await harness.watch();
  harness.town.set("open", "gt-1");
  harness.feed.reopened("gt-1");
  await harness.clock.settle();
  expect(harness.of("warning")).toMatchObject([
    { message: "gt-1 is open again, and hq-cv-a, which tracks it, is closed" },
  ]);
});

test("a replayed reopening of an issue that is closed again is no news, and a true one is told once", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  harness.town.close("gt-1", "hq-cv-a");
  await harness.watch();
  harness.feed.reopened("gt-1");
  await harness.clock.settle();
  expect(harness.of("warning")).toEqual([]);
  harness.town.set("open", "gt-1");
  harness.feed.reopened("gt-1");
  await harness.clock.settle();
  harness.feed.reopened("gt-1");
  await harness.clock.settle();
  expect(harness.of("warning")).toHaveLength(1);
});

test("to look for reopened issues does not hold up the others of the same hint", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  harness.town.convoy("hq-cv-b", "gt-2");
  harness.town.close("gt-1", "hq-cv-a");
  await harness.watch();
  harness.town.set("open", "gt-1");
  harness.town.close("gt-2");
  harness.town.town.pause = (query) => (query === "closedConvoysTracking" ? harness.clock.sleep(2_000) : undefined);
  harness.feed.push({
    kind: "issues",
    changes: [
      { issue: "gt-1", closed: false, reopened: true },
      { issue: "gt-2", closed: true },
    ],
  });
  await harness.clock.settle();
  expect(harness.of("landed")).toMatchObject([{ convoy: "hq-cv-b", ms: 0 }]);
  await harness.clock.advance(3_000);
  expect(harness.of("warning")).toHaveLength(1);
});
