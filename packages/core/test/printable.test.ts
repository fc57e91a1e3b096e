import { sqlQuotingCases } from "@gastown/test-fixtures";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { printable } from "../src/index.ts";

const DANGEROUS = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

test.for([
  ["colours", "\u001B[31mred\u001B[0m", "red"],
  ["C1 colours", "\u009B31mred", "red"],
  ["a title for the window", "\u001B]0;owned\u0007text", "text"],
  ["a hidden link", "\u001B]8;;https://evil.example\u001B\\text\u001B]8;;\u001B\\", "text"],
  ["cursor movement", "a\u001B[2K\u001B[1Gb", "ab"],
  ["another character set", "\u001B(0qqq", "qqq"],
  ["a device control string", "a\u001BPq#0\u001B\\b", "ab"],
  ["a C1 title", "\u009D0;owned\u009Ctext", "text"],
  ["a reset", "\u001Bctext", "text"],
  ["an escape cut short", "text\u001B[3", "text3"],
  ["line breaks", "one\r\ntwo\nthree\ttab", "one two three tab"],
  ["line separators", "one\u2028two\u2029three\u0085four", "onetwothreefour"],
  ["a forged line", 'x\n{"event":"landed"}', 'x {"event":"landed"}'],
  ["overridden direction", "user\u202Etxt.exe\u2066\u2069\u200F\u061C", "usertxt.exe"],
  ["invisible characters", "a\u200B\u200C\u200D\u2060\uFEFFb", "ab"],
  ["invisible tags", "a\u{E0001}\u{E0041}\u{E007F}b", "ab"],
  ["halves of characters", "a\uD83Db\uDE00c", "abc"],
  ["halves that would meet", "\uD83D\u0000\uDE00", ""],
  ["a bell, a backspace, a delete", "a\u0007b\bc\u007Fd", "abcd"],
  ["whole characters", "naïve 🚚 convoy — 東京", "naïve 🚚 convoy — 東京"],
  ["nothing", "", ""],
] as const)("%s", ([, text, clean]) => {
  expect(printable(text)).toBe(clean);
});

test("a long text is cut between characters, and shows it", () => {
  expect(printable("🚚".repeat(10), 4)).toBe("🚚🚚🚚…");
  expect(printable("🚚".repeat(4), 4)).toBe("🚚🚚🚚🚚");
  expect([...printable("a".repeat(10_000))]).toHaveLength(500);
});

const NASTY = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "\u001B",
        "\u001B[",
        "\u001B]8;;",
        "\u0007",
        "\u009B",
        "\u009D",
        "\u202E",
        "\u2066",
        "\n",
        "\r",
        "\u2028",
        "\uD83D",
        "\uDE00",
        "m",
        "[0;",
        "\\",
      ),
    ),
  )
  .map((parts) => parts.join(""));

test("nothing is left that could move a cursor, break a line or turn the text around", () => {
  fc.assert(
    fc.property(NASTY, (text) => {
      expect(printable(text)).not.toMatch(DANGEROUS);
    }),
    { numRuns: 1_000 },
  );
});

test("what is printable stays as it is", () => {
  fc.assert(
    fc.property(NASTY, fc.integer({ min: 1, max: 20 }), (text, limit) => {
      const once = printable(text, limit);
      expect(printable(once, limit)).toBe(once);
      expect([...once].length).toBeLessThanOrEqual(limit);
    }),
    { numRuns: 1_000 },
  );
});

test("it takes time in proportion to the text, however it is made", () => {
  for (const text of [
    "\u001B".repeat(200_000),
    `\u001B[${"0".repeat(200_000)}`,
    "\u001B]".repeat(100_000),
    "\u001B[ ".repeat(70_000),
  ]) {
    expect(printable(text)).not.toMatch(DANGEROUS);
  }
});

test.for(sqlQuotingCases().map((row) => [row.name, row] as const))("sql-quoting: %s", ([, { id }]) => {
  expect(printable(id)).not.toMatch(DANGEROUS);
});
