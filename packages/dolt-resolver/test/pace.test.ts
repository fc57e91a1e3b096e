import { expect, test } from "vitest";
import { createPace } from "../src/change-feed.ts";

test("ten looks a second, until nothing has happened for long; any change brings them back", () => {
  let now = 0;
  const pace = createPace({ now: () => now });
  const after = (minutes: number): number => {
    now = minutes * 60_000;
    return pace.next(true);
  };
  expect([0, 1, 2, 5, 10, 600].map(after)).toEqual([100, 100, 200, 500, 1_000, 1_000]);
  pace.quicken();
  expect(pace.next(true)).toBe(100);
  now = 0;
  expect(pace.next(true)).toBe(100);
});

test("while no convoy waits, two looks a second are enough", () => {
  const pace = createPace({ now: () => 0 });
  expect(pace.next(false)).toBe(500);
});

test("a server that takes long to answer is left in peace for a hundred times that; one slow answer says little", () => {
  const pace = createPace({ now: () => 0 });
  for (let looks = 0; looks < 100; looks += 1) pace.took(0.7);
  expect(pace.next(true)).toBe(100);
  pace.took(10);
  expect(pace.next(true)).toBeLessThan(150);
  for (let looks = 0; looks < 100; looks += 1) pace.took(2.7);
  expect(Math.round(pace.next(true))).toBe(270);
  for (let looks = 0; looks < 100; looks += 1) pace.took(50);
  expect(pace.next(true)).toBe(1_000);
});
