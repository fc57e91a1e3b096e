import { expect, test } from "vitest";
import { SETTLE } from "../src/pursue.ts";
import { Harness } from "./support/harness.ts";

test.for([
  [{ status: "staged_ready" }, ["gt-1"], "staged"],
  [{ owned: true }, ["gt-1"], "owned"],
  [{}, [], "empty"],
] as const)("a convoy that is %j with %j is skipped, and said to be %s once", async ([row, tracked, reason]) => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", ...tracked);
  harness.town.town.put("hq-cv-a", row);
  harness.town.close(...tracked);
  await harness.watch();
  harness.feed.closed("hq-cv-a");
  await harness.clock.advance(300_000);
  expect(harness.of("skipped")).toMatchObject([{ convoy: "hq-cv-a", title: "Convoy hq-cv-a", reason }]);
  expect(harness.gt.calls).toEqual([]);
});

test("a staged convoy lands once it is launched", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  harness.town.set("staged_ready", "hq-cv-a");
  harness.town.close("gt-1");
  await harness.watch();
  harness.town.set("open", "hq-cv-a");
  harness.feed.push({ kind: "issues", changes: [{ issue: "hq-cv-a", closed: false }] });
  await harness.clock.advance(SETTLE);
  expect(harness.of("landed")).toHaveLength(1);
});

test("an empty convoy lands once something is added and done", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a");
  await harness.watch();
  harness.town.convoy("hq-cv-a", "gt-1");
  harness.town.close("gt-1");
  harness.feed.closed("gt-1");
  await harness.clock.advance(SETTLE);
  expect(harness.of("landed")).toHaveLength(1);
});

test("progress is told at each change, and not twice", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1", "gt-2", "gt-3");
  await harness.watch();
  for (const issue of ["gt-1", "gt-1", "gt-2"]) {
    harness.town.close(issue);
    harness.feed.closed(issue);
    await harness.clock.advance(31_000);
  }
  expect(harness.of("waiting").map(({ done, open }) => [done, open])).toEqual([
    [0, 3],
    [1, 2],
    [2, 1],
  ]);
  expect(harness.of("waiting").at(-1)?.blockers).toEqual([
    { issue: "gt-3", state: "open", why: "gt-3 is not closed (gastown, open)" },
  ]);
});

test("an unreadable rig holds its convoys up, and says why; they land when it can be read again", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  harness.town.convoy("hq-cv-b", "bd-1");
  harness.town.close("gt-1", "bd-1");
  harness.town.gastown.fault = "corrupt";
  await harness.watch();
  expect(harness.gt.calls).toEqual(["check hq-cv-b"]);
  expect(harness.of("waiting")).toMatchObject([
    { convoy: "hq-cv-a", unknown: 1, blockers: [{ why: "gt-1 cannot be read: gastown is corrupt" }] },
  ]);
  harness.town.gastown.fault = undefined;
  await harness.clock.advance(30_000 + SETTLE);
  expect(harness.gt.calls).toEqual(["check hq-cv-b", "check hq-cv-a"]);
});

test("a convoy that is reopened and completed again is landed again", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  harness.town.close("gt-1");
  await harness.watch();
  harness.town.set("open", "gt-1", "hq-cv-a");
  harness.feed.reopened("gt-1");
  await harness.clock.advance(1_000);
  harness.town.close("gt-1");
  harness.feed.closed("gt-1");
  await harness.clock.advance(1_000);
  expect(harness.of("landed")).toHaveLength(2);
  expect(harness.gt.calls).toHaveLength(2);
});
