import { expect, it } from "vitest";
import { inWords, sinceInWords } from "../../src/output.ts";

const [S, MIN, H, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];

it.each([
  [0, "0 s"],
  [-5 * S, "0 s"],
  [999, "0 s"],
  [59 * S, "59 s"],
  [60 * S, "1 min"],
  [59.9 * MIN, "59 min"],
  [3 * H + 59 * MIN, "3 h"],
  [47 * H, "47 h"],
  [48 * H, "2 days"],
  [400 * DAY, "400 days"],
])("says %d ms as %s", (ms, words) => {
  expect(inWords(ms)).toBe(words);
});

it("says nothing of a time that is not known, and nothing odd of one in the future", () => {
  const now = Date.UTC(2026, 0, 1);
  expect(sinceInWords(null, now)).toBeUndefined();
  expect(sinceInWords("2026-01-01T00:00:10.000Z", now)).toBe("0 s");
});
