import { expect, it } from "vitest";
import type { ActivitySource, ConvoyStore, Hint, WatchRecord } from "../../src/index.ts";
import { exit } from "../support/scripted-lander.ts";
import { complete } from "../support/towns.ts";

const MINUTE = 60_000;
const CONVOYS = 1_000;
/** Of an hour at the longest pause of 30 s, and the shorter ones from 250 ms on that come before it. */
const STARTS = 120 + 8;
/** The first, nine pauses from 1 s to 256 s, then one each 300 s. Each is a check, and a close where that did nothing. */
const TRIES = 1 + 9 + 10;

/** A bd that ends at once, every time. */
function endsAtOnce(starts: { count: number }): ActivitySource {
  return {
    name: "bd",
    async *hints(): AsyncGenerator<Hint> {
      starts.count += 1;
      yield { kind: "state", state: "up" };
    },
  };
}

function counted(store: ConvoyStore, reads: { calls: number; ids: number }): ConvoyStore {
  return {
    ...store,
    readConvoys(ids, options) {
      reads.calls += 1;
      reads.ids += ids.length;
      return store.readConvoys(ids, options);
    },
  };
}

it("stays within its budget for an hour with 1,000 convoys, a bd that ends at once, a stuck convoy and a missing rig", async () => {
  const harness = complete();
  for (let n = 1; n <= CONVOYS; n += 1) harness.town.convoy(`hq-cv-w${n}`, `external:gastown:gt-w${n}`);
  harness.town.convoy("hq-cv-m", "external:beads:bd-1");
  harness.town.beads.fault = "missing";
  for (const step of ["check", "close", "force"] as const) harness.gt.script[step] = () => exit(1, "Error: no");
  const starts = { count: 0 };
  const reads = { calls: 0, ids: 0 };
  harness.options = { sources: [endsAtOnce(starts)], store: counted(harness.town.store, reads) };

  await harness.watch();
  const sweeps: number[] = [];
  for (let minute = 0; minute < 60; minute += 1) {
    const before = harness.of("sweep").length;
    await harness.clock.advance(MINUTE);
    sweeps.push(harness.of("sweep").length - before);
  }

  const convoys = CONVOYS + 2;
  // Nothing is written: all are read at the start, and by each twentieth sweep, through the open databases and its own.
  const allRead = 1 + 2 * Math.ceil(harness.of("sweep").length / 20);
  expect(starts.count).toBeGreaterThanOrEqual(60);
  expect(starts.count).toBeLessThanOrEqual(STARTS);
  expect(Math.min(...sweeps), "no minute without a sweep").toBeGreaterThanOrEqual(1);
  expect(sweeps[0]).toBeLessThanOrEqual(9);
  expect(Math.max(...sweeps.slice(1))).toBeLessThanOrEqual(3);
  expect(harness.gt.calls.length).toBeGreaterThanOrEqual(TRIES);
  expect(harness.gt.calls.length).toBeLessThanOrEqual(2 * TRIES);
  expect(reads.ids).toBeLessThanOrEqual(allRead * convoys + 5 * harness.gt.calls.length);
  expect(reads.calls).toBeLessThanOrEqual(allRead * Math.ceil(convoys / 50) + 5 * harness.gt.calls.length);

  const told = Map.groupBy(harness.records, ({ event }) => event);
  const count = (event: WatchRecord["event"]): number => told.get(event)?.length ?? 0;
  expect(new Set(harness.of("waiting").map(({ convoy }) => convoy)).size).toBe(CONVOYS + 1);
  expect(count("waiting"), "each that waits is told of once").toBe(CONVOYS + 1);
  expect([count("complete"), count("stuck"), count("watching")]).toEqual([1, 1, 1]);
  expect(count("checking")).toBe(harness.gt.calls.length);
  expect(count("source"), "up and down for each start").toBeLessThanOrEqual(2 * STARTS);
  const known = ["waiting", "complete", "stuck", "watching", "checking", "source", "sweep"];
  expect([...told.keys()].filter((event) => !known.includes(event))).toEqual([]);
});
