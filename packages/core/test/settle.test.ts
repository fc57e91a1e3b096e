import { expect, test } from "vitest";
import { Harness } from "./support/harness.ts";

test("a convoy that is still being put together does not land on its first issue", async () => {
  const harness = new Harness();
  await harness.watch();
  harness.town.convoy("hq-cv-a", "gt-1");
  harness.town.set("open", "gt-1");
  harness.feed.push({ kind: "issues", changes: [{ issue: "hq-cv-a", closed: false }] });
  await harness.clock.settle();
  harness.town.close("gt-1");
  harness.town.convoy("hq-cv-a", "gt-2");
  harness.town.close("gt-2");
  harness.feed.closed("gt-2");
  await harness.clock.advance(300);
  expect(harness.gt.calls).toEqual([]);
  harness.town.convoy("hq-cv-a", "gt-3");
  harness.feed.push({ kind: "issues", changes: [{ issue: "hq-cv-a", closed: false }] });
  await harness.clock.advance(60_000);
  expect(harness.gt.calls).toEqual([]);
  harness.town.close("gt-3");
  harness.feed.closed("gt-3");
  await harness.clock.settle();
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
});

test("a wall clock that is set back does not prolong it", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  await harness.watch();
  harness.town.convoy("hq-cv-a", "gt-2");
  harness.town.close("gt-1", "gt-2");
  harness.feed.closed("gt-2");
  await harness.clock.settle();
  harness.clock.jump(-3_600_000);
  await harness.clock.advance(1_000);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
});
