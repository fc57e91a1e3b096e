import { setImmediate } from "node:timers/promises";
import type { Clock } from "@gastown/convoy-core";
import { expect, test } from "vitest";
import { HEALTHY_AFTER, runPlugin, type RunState } from "../../src/host/life.ts";
import type { AnyPlugin } from "../../src/index.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** A clock whose sleeps are over at once, and are written down. */
function fastClock(): Clock & { readonly sleeps: number[]; advance(ms: number): void } {
  let now = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => now,
    wall: () => now,
    advance: (ms) => (now += ms),
    sleep(ms) {
      sleeps.push(ms);
      now += ms;
      return Promise.resolve();
    },
  };
}

/** Runs a plugin that lives so long each time before it crashes, and stops with the last life. */
async function pauses(lives: readonly number[]): Promise<{ sleeps: number[]; states: RunState[] }> {
  const clock = fastClock();
  const stop = new AbortController();
  const states: RunState[] = [];
  let life = 0;
  const plugin: AnyPlugin = {
    name: "crasher",
    apiVersion: 1,
    async start() {
      const done = setImmediate().then(() => {
        clock.advance(lives[life] ?? 0);
        life += 1;
        if (life === lives.length) stop.abort("enough");
        throw new Error(`crash ${life}`);
      });
      done.catch(() => undefined);
      return { done, status: () => ({}), [Symbol.asyncDispose]: () => Promise.resolve() };
    },
  };
  await runPlugin(plugin, {
    root: "/",
    stateDir: "/",
    config: () => ({}),
    host: { name: "test", version: "1" },
    logger: silent,
    emit: () => undefined,
    clock,
    stop: stop.signal,
    kill: new AbortController().signal,
    stopTimeout: 1_000,
    onState: (state) => states.push(state),
  });
  return { sleeps: clock.sleeps, states };
}

test("a plugin that crashes is started again after 5 s, then later and later, up to 5 min", async () => {
  const { sleeps } = await pauses(Array.from({ length: 10 }, () => 0));
  expect(sleeps).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
});

test("after five healthy minutes a crash is a first one again", async () => {
  const { sleeps } = await pauses([0, 0, 0, HEALTHY_AFTER - 1, HEALTHY_AFTER, 0, 0]);
  expect(sleeps).toEqual([5_000, 10_000, 20_000, 40_000, 5_000, 10_000]);
});

test("says why it waits, and until when", async () => {
  const { states } = await pauses([0, 0]);
  expect(states.map(({ phase }) => phase)).toEqual([
    "starting",
    "running",
    "waiting",
    "starting",
    "running",
    "stopped",
  ]);
  expect(states[2]).toEqual({ phase: "waiting", error: "crash 1", retryAt: 5_000 });
});
