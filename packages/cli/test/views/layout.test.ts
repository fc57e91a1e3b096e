import * as fc from "fast-check";
import { expect, it } from "vitest";
import { bar, cut, pad, width, wrap } from "../../src/output.ts";

it("draws a bar that is full only when all is done, and empty only when nothing is", () => {
  expect([bar(0, 0, 4), bar(0, 3, 4), bar(1, 1_000, 4), bar(2, 4, 4), bar(999, 1_000, 4), bar(3, 3, 4)]).toEqual([
    "░░░░",
    "░░░░",
    "█░░░",
    "██░░",
    "███░",
    "████",
  ]);
});

it("counts wide signs as two columns", () => {
  expect([width("abc"), width("日本"), width("🚚"), width("é")]).toEqual([3, 4, 2, 1]);
});

it("never gives more columns than there are", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(100), (text, columns) => {
      expect(width(cut(text, columns))).toBeLessThanOrEqual(columns);
      expect(width(pad(cut(text, columns), columns))).toBe(columns);
    }),
  );
});

it("wraps between words, and loses none", () => {
  expect(wrap("one two three four", 9, "  ")).toEqual(["one two", "  three", "  four"]);
  expect(wrap("one two", undefined)).toEqual(["one two"]);
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,8}$/)), (words) => {
      const lines = wrap(words.join(" "), 12, " ");
      expect(lines.every((line) => width(line) <= 12)).toBe(true);
      expect(lines.join(" ").split(" ").filter(Boolean)).toEqual(words);
    }),
  );
});
