import { expect, test } from "vitest";
import { Feed } from "../support/feed.ts";
import { almostComplete } from "../support/towns.ts";

const SECOND = 1000;

test("watching is said once the sources are attached and the first sweep is done", async () => {
  const harness = almostComplete();
  await harness.watch();
  expect(harness.records.map(({ event }) => event)).toEqual(["source", "waiting", "sweep", "watching"]);
  expect(harness.of("watching")).toEqual([{ event: "watching", sources: ["bd"], convoys: 1 }]);
  expect(harness.of("sweep")).toMatchObject([{ reason: "start", convoys: 1, complete: 0 }]);
});

test("what completed before the start is landed by the first sweep", async () => {
  const harness = almostComplete();
  harness.town.close("hq-1");
  await harness.watch();
  expect(harness.of("landed")).toHaveLength(1);
});

test("a source that says nothing at all does not keep the town waiting", async () => {
  const harness = almostComplete();
  const mute = new Feed("mute", []);
  harness.options = { sources: [harness.feed, mute] };
  harness.town.close("hq-1");
  await harness.watch();
  await harness.clock.advance(10 * SECOND);
  expect(harness.of("landed")).toHaveLength(1);
  expect(harness.of("watching")).toHaveLength(1);
});

test("the first sweep is tried again while the database is locked", async () => {
  const harness = almostComplete();
  harness.town.close("hq-1");
  harness.town.town.fault = "locked";
  const { ended } = await harness.watch();
  await harness.clock.advance(60 * SECOND);
  expect(harness.of("watching")).toEqual([]);
  expect(harness.of("warning")).toHaveLength(1);
  harness.town.town.fault = undefined;
  await harness.clock.advance(31 * SECOND);
  expect(harness.of("watching")).toHaveLength(1);
  expect(harness.of("landed")).toHaveLength(1);
  harness.stop.abort();
  await expect(ended).resolves.toBeUndefined();
});

test.for(["corrupt", "missing", "foreign"] as const)(
  "the first sweep fails on a database that is %s",
  async (fault) => {
    const harness = almostComplete();
    harness.town.town.fault = fault;
    const { ended } = await harness.watch();
    await expect(ended).rejects.toMatchObject({ name: "DatabaseError", fault, hint: "look" });
    expect(harness.feed.followers).toBe(0);
    expect(harness.clock.sleepers).toBe(0);
  },
);

test("a watcher that is stopped before it starts does nothing", async () => {
  const harness = almostComplete();
  harness.town.close("hq-1");
  harness.stop.abort();
  const { ended } = await harness.watch();
  await ended;
  expect(harness.gt.calls).toEqual([]);
  expect(harness.of("watching")).toEqual([]);
});

test("a rival that cannot be looked for does not keep the town waiting", async () => {
  const harness = almostComplete();
  harness.options = { rival: () => new Promise(() => undefined) };
  await harness.watch();
  await harness.clock.advance(6 * SECOND);
  expect(harness.of("watching")).toHaveLength(1);
});
