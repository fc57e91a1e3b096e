import { expect, test } from "vitest";
import { LANDING_BACKOFF } from "../../src/index.ts";
import { Harness } from "../support/harness.ts";
import { exit } from "../support/scripted-lander.ts";

// Failure modes that are a matter of time or of what happens between two steps: told by a virtual clock and scripts.
// The others are shown end to end, in packages/cli/test/e2e/failure-modes.

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** A town with one open convoy over one issue. */
function one(): Harness {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "external:gastown:gt-1");
  return harness;
}

test("FM-3: a convoy that gains an issue between the decision and the action is read again, and not landed", async () => {
  const harness = one();
  let decided = false;
  harness.options = {
    rival: async () => {
      if (decided) return undefined;
      decided = harness.of("complete").length > 0;
      if (!decided) return undefined;
      harness.town.gastown.put("gt-2");
      harness.town.town.track("hq-cv-a", "external:gastown:gt-2");
      return undefined;
    },
  };
  await harness.watch();
  harness.town.close("gt-1");
  harness.feed.closed("gt-1");
  await harness.clock.settle();
  expect(harness.of("complete")).toHaveLength(1);
  await harness.clock.advance(60 * SECOND);
  expect(harness.gt.calls).toEqual([]);
});

test("FM-3: a convoy that is being put together is not landed because its first issue is closed", async () => {
  const harness = new Harness();
  const { store } = harness.town;
  const createdAt = new Date(harness.clock.wall()).toISOString();
  harness.options = {
    store: {
      ...store,
      readConvoys: async (ids) =>
        new Map([...(await store.readConvoys(ids))].map(([id, convoy]) => [id, { ...convoy, createdAt }])),
    },
  };
  await harness.watch();
  harness.town.convoy("hq-cv-a", "external:gastown:gt-1");
  harness.town.close("gt-1");
  harness.feed.push({ kind: "issues", changes: [{ issue: "hq-cv-a", closed: false }] });
  await harness.clock.advance(300);
  expect(harness.of("complete")).toHaveLength(1);
  harness.town.gastown.put("gt-2");
  harness.town.town.track("hq-cv-a", "external:gastown:gt-2");
  await harness.clock.advance(60 * SECOND);
  expect(harness.gt.calls).toEqual([]);
});

test("FM-3: an issue that is reopened between two steps of a landing stops it", async () => {
  const harness = one();
  harness.gt.script.check = () => {
    harness.town.set("open", "gt-1");
    return exit(0);
  };
  await harness.watch();
  harness.town.close("gt-1");
  harness.feed.closed("gt-1");
  await harness.clock.advance(60 * SECOND);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
});

test("FM-4: an hour of a gt that says yes and does nothing: few commands, one report", async () => {
  const harness = one();
  harness.gt.script.check = () => exit(0, "✓ Auto-closed 1 convoy(s):");
  await harness.watch();
  harness.town.close("gt-1");
  harness.feed.closed("gt-1");
  await harness.clock.advance(HOUR);
  const tries = harness.gt.calls.filter((call) => call.startsWith("check")).length;
  const doublings = Math.ceil(Math.log2(LANDING_BACKOFF.cap / LANDING_BACKOFF.base));
  expect(tries).toBeGreaterThan(2);
  expect(tries).toBeLessThanOrEqual(doublings + HOUR / LANDING_BACKOFF.cap + 2);
  expect(harness.of("stuck")).toHaveLength(1);
  expect(harness.of("landed")).toEqual([]);
});

test("FM-6: an hour over blocked convoys costs no command and no word", async () => {
  const harness = new Harness();
  for (let count = 0; count < 20; count += 1)
    harness.town.convoy(`hq-cv-${count}`, `external:gastown:gt-${count}`, "gt-open");
  await harness.watch();
  for (let count = 0; count < 20; count += 1) harness.town.close(`gt-${count}`);
  await harness.clock.advance(HOUR);
  const words = harness.records.filter(({ event }) => event !== "sweep").length;
  await harness.clock.advance(HOUR);
  expect(harness.gt.calls).toEqual([]);
  expect(harness.records.filter(({ event }) => event !== "sweep")).toHaveLength(words);
});

test("FM-7: a gt that hangs until its time is over, then works: told at once, and landed without another hint", async () => {
  const harness = one();
  let hangs = true;
  const script = harness.gt.script.check;
  harness.gt.script.check = async (convoy, signal) => {
    if (!hangs) return script?.(convoy, signal);
    hangs = false;
    await harness.clock.sleep(60 * SECOND, signal);
    return { ended: "timeout", output: "gt did not end within 60 s and was stopped" };
  };
  harness.options = { sweepEvery: 10 * HOUR };
  await harness.watch();
  harness.town.close("gt-1");
  harness.feed.closed("gt-1");
  await harness.clock.advance(61 * SECOND);
  expect(harness.of("stuck")).toMatchObject([
    { convoy: "hq-cv-a", output: "gt did not end within 60 s and was stopped" },
  ]);
  await harness.clock.advance(60 * SECOND);
  expect(harness.of("landed")).toMatchObject([{ convoy: "hq-cv-a" }]);
});

test("FM-7: a stuck convoy is taken up at once when anything about it, or gt, changes", async () => {
  const harness = one();
  harness.gt.script.check = () => exit(1, "no");
  harness.options = { steps: ["check"] };
  await harness.watch();
  harness.town.close("gt-1");
  harness.feed.closed("gt-1");
  await harness.clock.advance(HOUR);
  const before = harness.gt.calls.length;
  harness.gt.version = "gt 2";
  harness.feed.push({ kind: "sweep", reason: "test" });
  await harness.clock.advance(SECOND);
  expect(harness.gt.calls.length).toBeGreaterThan(before);
});

test("FM-14: a stream that said nothing of what a sweep found is doubted, so that it is started again", async () => {
  const harness = one();
  await harness.watch();
  harness.town.close("gt-1");
  await harness.clock.advance(31 * SECOND);
  expect(harness.of("landed")).toHaveLength(1);
  expect(harness.feed.doubts).toBe(1);
});

test("FM-20: a rival's grace is waited for, the convoy is read again, and only then acted on", async () => {
  const harness = one();
  harness.rival = "gt daemon (pid 7)";
  await harness.watch();
  harness.town.close("gt-1");
  harness.feed.closed("gt-1");
  await harness.clock.advance(4_999);
  expect(harness.gt.calls).toEqual([]);
  harness.land("hq-cv-a");
  await harness.clock.advance(HOUR);
  expect(harness.gt.calls).toEqual([]);
  expect(harness.of("closed")).toMatchObject([{ convoy: "hq-cv-a", by: "gt daemon (pid 7)" }]);
});

test("FM-22: a convoy that is left alone is told once, however its issues change", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1", "gt-2", "gt-3");
  harness.town.town.put("hq-cv-a", { status: "staged_ready" });
  await harness.watch();
  for (const issue of ["gt-1", "gt-2", "gt-3"]) {
    harness.town.close(issue);
    harness.feed.closed(issue);
    await harness.clock.advance(SECOND);
  }
  expect(harness.of("skipped")).toMatchObject([{ convoy: "hq-cv-a", reason: "staged" }]);
});
