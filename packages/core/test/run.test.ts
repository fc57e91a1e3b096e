import { expect, test } from "vitest";
import { remember } from "../src/run.ts";

test("a set that remembers forgets its oldest members, and never grows without end", () => {
  const set = new Set<string>();
  expect(remember(set, "first")).toBe(true);
  expect(remember(set, "first")).toBe(false);
  for (let number = 0; number < 10_000; number += 1) remember(set, String(number));
  expect(set.size).toBe(10_000);
  expect(remember(set, "first")).toBe(true);
});
