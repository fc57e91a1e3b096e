import { expect, test } from "vitest";
import { DatabaseError } from "../src/index.ts";
import { Feed } from "./support/feed.ts";
import { Harness } from "./support/harness.ts";
import { exit } from "./support/scripted-lander.ts";

const SECOND = 1000;

function town(): Harness {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "external:gastown:gt-1", "hq-1");
  harness.town.close("gt-1");
  return harness;
}

test("watching is said once the sources are attached and the first sweep is done", async () => {
  const harness = town();
  await harness.watch();
  expect(harness.records.map(({ event }) => event)).toEqual(["source", "waiting", "sweep", "watching"]);
  expect(harness.of("watching")).toEqual([{ event: "watching", sources: ["bd"], convoys: 1 }]);
  expect(harness.of("sweep")).toMatchObject([{ reason: "start", convoys: 1, complete: 0 }]);
});

test("the last close of a convoy lands it, at the same instant", async () => {
  const harness = town();
  await harness.watch();
  harness.town.close("hq-1");
  harness.feed.closed("hq-1");
  await harness.clock.settle();
  expect(harness.of("landed")).toMatchObject([{ convoy: "hq-cv-a", ms: 0 }]);
});

test("what completed before the start is landed by the first sweep", async () => {
  const harness = town();
  harness.town.close("hq-1");
  await harness.watch();
  expect(harness.of("landed")).toHaveLength(1);
});

test("a close that no source tells of is found by the next sweep", async () => {
  const harness = town();
  await harness.watch();
  harness.town.close("hq-1");
  await harness.clock.advance(30 * SECOND);
  expect(harness.of("landed")).toHaveLength(1);
  expect(harness.feed.doubts).toBe(1);
});

test("a watcher without any source sweeps", async () => {
  const harness = town();
  harness.options = { sources: [] };
  await harness.watch();
  expect(harness.of("watching")).toEqual([{ event: "watching", sources: [], convoys: 1 }]);
  harness.town.close("hq-1");
  await harness.clock.advance(30 * SECOND);
  expect(harness.of("landed")).toHaveLength(1);
});

test("a source that says nothing at all does not keep the town waiting", async () => {
  const harness = town();
  const mute = new Feed("mute", []);
  harness.options = { sources: [harness.feed, mute] };
  harness.town.close("hq-1");
  await harness.watch();
  await harness.clock.advance(10 * SECOND);
  expect(harness.of("landed")).toHaveLength(1);
  expect(harness.of("watching")).toHaveLength(1);
});

test("a source that is attached late leads to one more sweep", async () => {
  const harness = town();
  const late = new Feed("late", []);
  harness.options = { sources: [late] };
  await harness.watch();
  await harness.clock.advance(10 * SECOND);
  harness.town.close("hq-1");
  late.push({ kind: "state", state: "up" });
  await harness.clock.settle();
  expect(harness.of("landed")).toHaveLength(1);
});

test("a source that ends or fails is told, and the watcher carries on without it", async () => {
  const harness = town();
  const other = new Feed("db");
  harness.options = { sources: [harness.feed, other] };
  await harness.watch();
  harness.feed.push(new Error("it broke"));
  other.push("end");
  await harness.clock.settle();
  expect(harness.of("source")).toMatchObject([
    { name: "bd", state: "up" },
    { name: "db", state: "up" },
    { name: "bd", state: "down", detail: "it broke" },
    { name: "db", state: "down" },
  ]);
  harness.town.close("hq-1");
  await harness.clock.advance(30 * SECOND);
  expect(harness.of("landed")).toHaveLength(1);
});

test("the first sweep is tried again while the database is locked", async () => {
  const harness = town();
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
    const harness = town();
    harness.town.town.fault = fault;
    const { ended } = await harness.watch();
    await expect(ended).rejects.toMatchObject({ name: "DatabaseError", fault, hint: "look" });
    expect(harness.feed.followers).toBe(0);
    expect(harness.clock.sleepers).toBe(0);
  },
);

test("a database that breaks later is told once, and outlived", async () => {
  const harness = town();
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
  const harness = town();
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

test("stop finishes the command in flight and takes up nothing new", async () => {
  const harness = town();
  harness.town.close("hq-1");
  harness.town.convoy("hq-cv-b", "bd-1");
  harness.town.close("bd-1");
  harness.gt.script.check = async (convoy) => {
    await harness.clock.sleep(2 * SECOND);
    harness.land(convoy);
    return exit(0);
  };
  const { ended } = await harness.watch();
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  harness.stop.abort();
  let over = false;
  void ended.then(() => {
    over = true;
  });
  await harness.clock.advance(SECOND);
  expect(over).toBe(false);
  await harness.clock.advance(5 * SECOND);
  expect(over).toBe(true);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  expect(harness.of("landed")).toMatchObject([{ convoy: "hq-cv-a" }]);
  expect(harness.feed.followers).toBe(0);
  expect(harness.clock.sleepers).toBe(0);
});

test("stop ends the ladder after the command in flight", async () => {
  const harness = town();
  harness.town.close("hq-1");
  harness.gt.script.check = async () => {
    await harness.clock.sleep(SECOND);
    return exit(0);
  };
  const { ended } = await harness.watch();
  harness.stop.abort();
  await harness.clock.advance(5 * SECOND);
  await ended;
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
});

test("kill ends the command in flight, too", async () => {
  const harness = town();
  harness.town.close("hq-1");
  harness.gt.script.check = async (_, signal) => {
    await harness.clock.sleep(60 * SECOND, signal);
    return { ended: "signal", output: "" };
  };
  const { ended } = await harness.watch();
  harness.stop.abort();
  harness.kill.abort();
  await harness.clock.settle();
  await expect(ended).resolves.toBeUndefined();
});

test("a watcher that is stopped before it starts does nothing", async () => {
  const harness = town();
  harness.town.close("hq-1");
  harness.stop.abort();
  const { ended } = await harness.watch();
  await ended;
  expect(harness.gt.calls).toEqual([]);
  expect(harness.of("watching")).toEqual([]);
});

test("an endless time between sweeps makes no hot loop", async () => {
  const harness = town();
  harness.options = { sweepEvery: Number.POSITIVE_INFINITY };
  const asked: number[] = [];
  const { sleep } = harness.clock;
  harness.clock.sleep = (ms, signal) => {
    asked.push(ms);
    return sleep.call(harness.clock, ms, signal);
  };
  await harness.watch();
  expect(Math.max(...asked)).toBeGreaterThan(86_400 * SECOND);
  expect(Math.max(...asked)).toBeLessThan(2 ** 31);
});

test("memory does not grow with the number of convoys that came and went", async () => {
  const harness = new Harness();
  await harness.watch();
  for (let number = 0; number < 200; number += 1) {
    harness.town.convoy(`hq-cv-${number}`, `gt-${number}`);
    harness.town.close(`gt-${number}`);
    harness.feed.closed(`gt-${number}`);
    await harness.clock.advance(SECOND);
  }
  expect(harness.of("landed")).toHaveLength(200);
  await harness.clock.advance(300 * SECOND);
  // The sweeper's nap is all that is left.
  expect(harness.clock.sleepers).toBe(1);
});

test("dry-run says what is complete, and runs nothing", async () => {
  const harness = town();
  harness.town.close("hq-1");
  harness.options = { dryRun: true };
  await harness.watch();
  await harness.clock.advance(300 * SECOND);
  expect(harness.of("complete")).toEqual([
    { event: "complete", convoy: "hq-cv-a", title: "Convoy hq-cv-a", done: 2, total: 2 },
  ]);
  expect(harness.gt.calls).toEqual([]);
});

test("an unreadable read in the middle of a judgement is a sweep, not the end", async () => {
  const harness = town();
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
  const harness = town();
  harness.options = {
    rival: () => new Promise(() => undefined),
    store: { ...harness.town.store, convoysTracking: () => Promise.reject(new TypeError("a bug")) },
  };
  harness.feed.closed("hq-1");
  const { ended } = await harness.watch();
  await expect(Promise.race([ended, harness.clock.advance(60 * SECOND)])).rejects.toThrow("a bug");
});

test("a rival that cannot be looked for does not keep the town waiting", async () => {
  const harness = town();
  harness.options = { rival: () => new Promise(() => undefined) };
  await harness.watch();
  await harness.clock.advance(6 * SECOND);
  expect(harness.of("watching")).toHaveLength(1);
});
