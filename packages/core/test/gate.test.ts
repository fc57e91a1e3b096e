import { expect, test } from "vitest";
import { Harness } from "./support/harness.ts";

const WHY = "gt-1 is closed; its merge request gt-wisp-1 (polecat/nux/gt-1 → main) is not merged";

/** A convoy over one issue that is closed, with a merge request that is open. */
function held(options: Harness["options"] = { gate: "merge" }): Harness {
  const harness = new Harness();
  harness.options = options;
  harness.town.convoy("hq-cv-a", "external:gastown:gt-1");
  harness.town.close("gt-1");
  harness.town.gastown.request("gt-wisp-1", "gt-1");
  return harness;
}

test("a convoy whose work is not merged waits, and says on what", async () => {
  const harness = held();
  await harness.watch();
  await harness.clock.advance(120_000);
  expect(harness.gt.calls).toEqual([]);
  expect(harness.of("complete")).toEqual([]);
  expect(harness.of("waiting")).toMatchObject([
    {
      convoy: "hq-cv-a",
      done: 0,
      open: 0,
      unknown: 0,
      unmerged: 1,
      total: 1,
      blockers: [
        {
          issue: "gt-1",
          state: "unmerged",
          why: WHY,
          request: "gt-wisp-1",
          branch: "polecat/nux/gt-1",
          target: "main",
        },
      ],
    },
  ]);
});

test("it lands when the merge request is merged: a change of that is a hint", async () => {
  const harness = held();
  await harness.watch();
  harness.town.gastown.request("gt-wisp-1", "gt-1", { status: "closed", closeReason: "merged" });
  harness.feed.closed("gt-wisp-1");
  await harness.clock.advance(100);
  expect(harness.of("complete")).toMatchObject([{ convoy: "hq-cv-a", done: 1, total: 1 }]);
  expect(harness.of("landed")).toMatchObject([{ convoy: "hq-cv-a" }]);
});

test("without a hint a sweep finds the merge", async () => {
  const harness = held();
  await harness.watch();
  harness.town.gastown.request("gt-wisp-1", "gt-1", { status: "closed", closeReason: "merged" });
  await harness.clock.advance(40_000);
  expect(harness.of("landed")).toMatchObject([{ convoy: "hq-cv-a" }]);
});

test("a merge request that is made while its convoy is about to land holds it: it is read anew before the command", async () => {
  const harness = held();
  harness.town.gastown.requests.clear();
  harness.rival = "gt daemon (pid 7)";
  await harness.watch();
  expect(harness.of("complete")).toHaveLength(1);
  harness.town.gastown.request("gt-wisp-1", "gt-1");
  await harness.clock.advance(60_000);
  expect(harness.gt.calls).toEqual([]);
  expect(harness.of("waiting")).toMatchObject([{ convoy: "hq-cv-a", unmerged: 1 }]);
});

test("a hold that is stale is told as stuck, once, and stays held", async () => {
  const harness = held({ gate: "merge", mergeStaleAfter: 60_000 });
  const changed = (): string => new Date(harness.clock.wall()).toISOString();
  harness.town.gastown.request("gt-wisp-1", "gt-1", { updatedAt: changed() });
  await harness.watch();
  await harness.clock.advance(31_000);
  expect(harness.of("stuck")).toEqual([]);
  await harness.clock.advance(900_000);
  expect(harness.of("stuck")).toMatchObject([{ convoy: "hq-cv-a", attempts: 0, output: WHY }]);
  harness.town.gastown.request("gt-wisp-1", "gt-1", { updatedAt: changed() });
  harness.feed.push({ kind: "issues", changes: [{ issue: "gt-wisp-1", closed: false }] });
  await harness.clock.advance(1_000);
  harness.town.gastown.request("gt-wisp-1", "gt-1", { status: "closed", closeReason: "merged" });
  harness.feed.closed("gt-wisp-1");
  await harness.clock.advance(10_000);
  expect(harness.of("stuck")).toHaveLength(1);
  expect(harness.of("landed")).toHaveLength(1);
});

test("gt is not asked about what we cannot see while something is known not to be merged", async () => {
  const harness = held();
  harness.town.town.track("hq-cv-a", "external:ghost:gh-1");
  await harness.watch();
  harness.feed.closed("gh-1", "event 7");
  await harness.clock.advance(10_000);
  expect(harness.gt.calls).toEqual([]);
});

test("a check of one convoy is held, too", async () => {
  const harness = held();
  expect(await harness.check("hq-cv-a")).toMatchObject({ complete: 0, stuck: [] });
  expect(harness.of("waiting")).toMatchObject([{ unmerged: 1 }]);
});

test("what cannot be read holds nothing up", async () => {
  const harness = held();
  harness.town.gastown.mergeRequests = async () => {
    const { DatabaseError } = await import("../src/index.ts");
    throw new DatabaseError("locked", "gastown", "gastown is locked", "");
  };
  await harness.watch();
  await harness.clock.advance(5_000);
  expect(harness.of("landed")).toHaveLength(1);
});

test("off, nobody is asked for merge requests", async () => {
  const harness = held({});
  await harness.watch();
  await harness.clock.advance(5_000);
  expect(harness.of("landed")).toHaveLength(1);
  expect(harness.of("waiting")).toEqual([]);
  expect(harness.town.gastown.queries).not.toContain("mergeRequests");
  expect(harness.town.gastown.queries).not.toContain("mergeSources");
});
