import { describe, expect, it } from "vitest";
import { parseDuration } from "../src/index.ts";

describe("parseDuration", () => {
  it.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["1.5s", 1_500],
    ["0s", 0],
  ])("reads %s as %i ms", (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(["", "30", "30 s", "s", "-1s", "1e3s", "30S", "1d", "1s2", ".5s", "Infinitys", "٣s"])("refuses %j", (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );
});
