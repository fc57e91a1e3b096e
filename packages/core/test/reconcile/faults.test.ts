import { expect, test } from "vitest";
import { DatabaseError } from "../../src/index.ts";
import { almostComplete } from "../support/towns.ts";

const SECOND = 1000;

test("a database that breaks later is told once, and outlived", async () => {
  const harness = almostComplete();
  await harness.watch();
  harness.town.town.fault = "corrupt";
  await harness.clock.advance(300 * SECOND);
  expect(harness.of("warning")).toMatchObject([{ message: "town is corrupt", hint: "look" }]);
  harness.town.town.fault = undefined;
  harness.town.close("hq-1");
  await harness.clock.advance(31 * SECOND);
  expect(harness.of("landed")).toHaveLength(1);
});

test("a fault of the program is not hidden, whenever it happens", async () => {
  const harness = almostComplete();
  const { openConvoys } = harness.town.store;
  harness.town.town.fault = "locked";
  harness.options = {
    store: {
      ...harness.town.store,
      openConvoys,
      convoysTracking: () => Promise.reject(new TypeError("a bug")),
    },
  };
  harness.feed.closed("hq-1");
  const { ended } = await harness.watch();
  await expect(ended).rejects.toThrow("a bug");
  expect(harness.clock.sleepers).toBe(0);
});

test("an unreadable read in the middle of a judgement is a sweep, not the end", async () => {
  const harness = almostComplete();
  await harness.watch();
  const { town: database } = harness.town;
  const convoys = database.convoys.bind(database);
  database.convoys = async (ids) => {
    database.convoys = convoys;
    throw new DatabaseError("locked", "town", `town is locked for ${ids.length}`, "wait");
  };
  harness.town.close("hq-1");
  harness.feed.closed("hq-1");
  await harness.clock.settle();
  expect(harness.of("sweep").at(-1)).toMatchObject({ reason: "a read failed" });
  expect(harness.of("landed")).toHaveLength(1);
});

test("a fault of the program is told although a rival is still being looked for", async () => {
  const harness = almostComplete();
  harness.options = {
    rival: () => new Promise(() => undefined),
    store: { ...harness.town.store, convoysTracking: () => Promise.reject(new TypeError("a bug")) },
  };
  harness.feed.closed("hq-1");
  const { ended } = await harness.watch();
  await expect(Promise.race([ended, harness.clock.advance(60 * SECOND)])).rejects.toThrow("a bug");
});
