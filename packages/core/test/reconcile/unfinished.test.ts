import { expect, test } from "vitest";
import type { Unfinished } from "../../src/index.ts";
import type { Harness } from "../support/harness.ts";
import { almostComplete, complete } from "../support/towns.ts";

const SECOND = 1000;

/** A town whose last watcher ended while its gt, which has closed the convoy, was still telling people. */
function takenUp(): { readonly harness: Harness; readonly gtEnds: () => void } {
  const harness = complete();
  harness.land("hq-cv-a");
  const gt = Promise.withResolvers<void>();
  const unfinished: Unfinished = {
    convoy: "hq-cv-a",
    step: "check",
    startedAt: harness.clock.wall(),
    running: gt.promise,
  };
  harness.options = { unfinished: [unfinished] };
  return { harness, gtEnds: gt.resolve };
}

test("what the watcher before left running is waited for, and told of when it has ended", async () => {
  const { harness, gtEnds } = takenUp();
  await harness.watch();
  await harness.clock.advance(60 * SECOND);
  expect(harness.of("landed")).toEqual([]);
  gtEnds();
  await harness.clock.settle();
  expect(harness.of("landed")).toMatchObject([{ convoy: "hq-cv-a", by: "check" }]);
  expect(harness.gt.calls).toEqual([]);
});

test("a stop does not wait for it: it is no command of this watcher, and the next one takes it up again", async () => {
  const { harness } = takenUp();
  const { ended } = await harness.watch();
  harness.stop.abort();
  let over = false;
  void ended.then(() => (over = true));
  await harness.clock.settle();
  expect(over).toBe(true);
  expect(harness.of("landed")).toEqual([]);
});

test("one that is gone is told of at once; one that never ends, when its time is over", async () => {
  const gone = complete();
  gone.land("hq-cv-a");
  gone.options = { unfinished: [{ convoy: "hq-cv-a", step: "close", startedAt: gone.clock.wall() }] };
  await gone.watch();
  expect(gone.of("landed")).toMatchObject([{ convoy: "hq-cv-a", by: "close" }]);

  const { harness } = takenUp();
  harness.options = { ...harness.options, tellLimit: 20 * SECOND };
  await harness.watch();
  await harness.clock.advance(19 * SECOND);
  expect(harness.of("landed")).toEqual([]);
  await harness.clock.advance(2 * SECOND);
  expect(harness.of("landed")).toMatchObject([{ convoy: "hq-cv-a" }]);
});

test("one that has not closed its convoy leaves it to be landed as any other", async () => {
  const harness = almostComplete();
  harness.options = { unfinished: [{ convoy: "hq-cv-a", step: "check", startedAt: harness.clock.wall() }] };
  await harness.watch();
  expect(harness.of("landed")).toEqual([]);
  harness.town.close("hq-1");
  harness.feed.closed("hq-1");
  await harness.clock.settle();
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  expect(harness.of("landed")).toHaveLength(1);
});

test("with --dry-run nothing is taken up", async () => {
  const { harness, gtEnds } = takenUp();
  harness.options = { ...harness.options, dryRun: true };
  await harness.watch();
  gtEnds();
  await harness.clock.settle();
  expect(harness.of("landed")).toEqual([]);
});
