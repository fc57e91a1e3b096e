import { expect, test } from "vitest";
import type { WatchRecord } from "../src/index.ts";
import { BARE, SETTLE } from "../src/pursue.ts";
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

test("a wall clock that is set back neither prolongs nor cuts it", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  await harness.watch();
  harness.town.convoy("hq-cv-a", "gt-2");
  harness.town.close("gt-1", "gt-2");
  harness.feed.closed("gt-2");
  await harness.clock.settle();
  harness.clock.jump(-3_600_000);
  await harness.clock.advance(SETTLE - 1);
  expect(harness.gt.calls).toEqual([]);
  await harness.clock.advance(1);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
});

/** What was told of a convoy. */
const told = ({ records }: Harness): WatchRecord[] =>
  records.filter((record) => "convoy" in record && record.convoy === "hq-cv-a");

/** A convoy that is made, without an issue yet, while somebody watches. */
async function bareConvoy(): Promise<Harness> {
  const harness = new Harness();
  await harness.watch();
  harness.town.town.put("hq-cv-a", { convoy: true, createdAt: new Date(harness.clock.wall()).toISOString() });
  harness.feed.push({ kind: "issues", changes: [{ issue: "hq-cv-a", closed: false }] });
  await harness.clock.settle();
  return harness;
}

test("a convoy that is only just made is not told of as empty", async () => {
  const harness = await bareConvoy();
  harness.town.set("open", "gt-1");
  harness.town.convoy("hq-cv-a", "gt-1");
  harness.feed.push({ kind: "issues", changes: [{ issue: "hq-cv-a", closed: false }] });
  await harness.clock.advance(BARE + 1);
  expect(told(harness).map(({ event }) => event)).toEqual(["waiting"]);
});

test("one that stays empty is told of soon, once", async () => {
  const harness = await bareConvoy();
  expect(told(harness)).toEqual([]);
  await harness.clock.advance(BARE);
  await harness.clock.advance(60_000);
  expect(told(harness)).toMatchObject([{ event: "skipped", reason: "empty" }]);
});

test("at a sweep it is told of at once", async () => {
  const harness = new Harness();
  harness.town.town.put("hq-cv-a", { convoy: true, createdAt: new Date(harness.clock.wall()).toISOString() });
  await harness.watch();
  expect(told(harness)).toMatchObject([{ event: "skipped", reason: "empty" }]);
});
