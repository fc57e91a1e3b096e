import { restartCases } from "@gastown/test-fixtures";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { backoff, LANDING_BACKOFF, STREAM_BACKOFF } from "../src/index.ts";

const POLICIES = { LANDING_BACKOFF, STREAM_BACKOFF };
const ALMOST_ONE = 1 - Number.EPSILON;

test("ceilings double from the base up to the cap", () => {
  const ceilings = Array.from({ length: 9 }, (_, index) => backoff(STREAM_BACKOFF, index + 1, ALMOST_ONE));
  expect(ceilings).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test("no jitter goes below the floor", () => {
  expect(backoff(STREAM_BACKOFF, 1, 0)).toBe(50);
  expect(backoff(LANDING_BACKOFF, 20, 0)).toBe(250);
});

test.for(Object.entries(POLICIES))("%s: every delay is a whole number between floor and cap", ([, policy]) => {
  const failures = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));
  fc.assert(
    fc.property(failures, fc.double({ min: 0, max: ALMOST_ONE, noNaN: true }), (attempt, random) => {
      const delay = backoff(policy, attempt, random);
      expect(Number.isInteger(delay)).toBe(true);
      expect(delay).toBeGreaterThanOrEqual(policy.floor);
      expect(delay).toBeLessThanOrEqual(policy.cap);
    }),
  );
});

test.for(Object.entries(POLICIES))("%s: more failures never make the ceiling lower", ([, policy]) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), (failures) => {
      expect(backoff(policy, failures + 1, ALMOST_ONE)).toBeGreaterThanOrEqual(backoff(policy, failures, ALMOST_ONE));
    }),
  );
});

const restarting = restartCases().filter((row) => row.expect.length > 0);
test.for(restarting.map((row) => [row.name, row] as const))("restart: %s", ([, { expect: steps }]) => {
  for (const { failures, minDelayMs, maxDelayMs } of steps) {
    // A restart after no failure at all is immediate, and no matter of the backoff.
    const delays =
      failures === 0 ? [0] : [0, 0.5, ALMOST_ONE].map((random) => backoff(STREAM_BACKOFF, failures, random));
    for (const delay of delays) {
      expect(delay).toBeGreaterThanOrEqual(minDelayMs);
      expect(delay).toBeLessThanOrEqual(maxDelayMs);
    }
  }
});
