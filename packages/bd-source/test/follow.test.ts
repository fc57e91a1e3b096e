import { activityLine, shellProgram, tempDir } from "@gastown/test-fixtures";
import * as fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { followOnce, LINE_LIMIT } from "../src/follow.ts";
import { createLineSplitter } from "../src/index.ts";

test("the last lines are waited for: a process that bd has left behind may still write them", async () => {
  const dir = tempDir(onTestFinished).path;
  const line = activityLine({ type: "status", id: "al-last", time: 1n, oldStatus: "open", newStatus: "closed" });
  const late = `while kill -0 $$ 2>/dev/null; do sleep 0.01; done; echo '${line}'`;
  const bd = shellProgram(dir, "bd", `(${late}) & exit 0`);
  const issues: string[] = [];
  await followOnce({
    bd,
    town: dir,
    env: process.env,
    signal: new AbortController().signal,
    onBatch: ({ events }) => issues.push(...events.map(({ issue }) => issue)),
    drain: 60_000,
  });
  expect(issues).toEqual(["al-last"]);
});

/** What the splitter must do, the simple way: all at once. */
function naive(bytes: Uint8Array, limit: number): { lines: string[]; oversized: number } {
  const all = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes).split("\n");
  if (all.at(-1) === "") all.pop();
  const lines = all.filter((line) => line.length <= limit);
  return { lines, oversized: all.length - lines.length };
}

function split(chunks: readonly Uint8Array[], limit?: number): { lines: string[]; oversized: number } {
  const splitter = createLineSplitter(limit);
  const lines = [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
  return { lines, oversized: splitter.oversized };
}

function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const borders = [
    0,
    ...at.map((place) => place % (bytes.length + 1)).toSorted((one, other) => one - other),
    bytes.length,
  ];
  return borders.slice(1).map((border, nth) => bytes.subarray(borders[nth], border));
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("the line splitter", () => {
  test("agrees with the simple way, wherever the chunks are cut and whatever the bytes", () => {
    const piece = fc.oneof(
      fc.constantFrom("\n", "\r\n", "\n\n", "✓", "💬", "\uFEFF", "é", "", "a".repeat(9), "{}").map(bytes),
      fc.uint8Array({ maxLength: 6 }),
      fc.string({ unit: "binary", maxLength: 12 }).map(bytes),
    );
    const stream = fc
      .array(piece, { maxLength: 30 })
      .map((pieces) => new Uint8Array(pieces.flatMap((one) => [...one])));
    fc.assert(
      fc.property(stream, fc.array(fc.nat()), fc.integer({ min: 1, max: 20 }), (all, borders, limit) => {
        expect(split(cut(all, borders), limit)).toEqual(naive(all, limit));
      }),
      { numRuns: 2_000 },
    );
  });

  test("puts characters together that are cut at every byte", () => {
    const text = "✓ gt-a3f completed · Fix lögin 💬\nnext\n";
    const single = [...bytes(text)].map((byte) => new Uint8Array([byte]));
    expect(split(single)).toEqual({ lines: ["✓ gt-a3f completed · Fix lögin 💬", "next"], oversized: 0 });
  });

  test("keeps the carriage return of CRLF, which JSON does not mind", () => {
    const { lines } = split([bytes('{"a":1}\r'), bytes('\n{"b":2}\r\n')]);
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([{ a: 1 }, { b: 2 }]);
  });

  test("makes U+FFFD of what is not UTF-8, a cut character at the end as well", () => {
    expect(split([new Uint8Array([0x61, 0xff, 0x62, 0x0a, 0xe2, 0x9c])])).toEqual({
      lines: ["a\uFFFDb", "\uFFFD"],
      oversized: 0,
    });
  });

  test("gives the last line without a newline only in the end", () => {
    const splitter = createLineSplitter();
    expect(splitter.push(bytes("one\ntwo"))).toEqual(["one"]);
    expect(splitter.end()).toEqual(["two"]);
    expect(splitter.end()).toEqual([]);
  });

  test("drops a line of 5 MB as it comes, counts it once, and goes on with the next", () => {
    const chunk = bytes("x".repeat(64 * 1024));
    const long = Array.from({ length: 80 }, () => chunk);
    expect(split([bytes("before\n"), ...long, bytes("\nafter\n")])).toEqual({
      lines: ["before", "after"],
      oversized: 1,
    });
    expect(split([...long])).toEqual({ lines: [], oversized: 1 });
  });

  test("keeps a line of just the limit", () => {
    const kept = split([bytes("x".repeat(LINE_LIMIT)), bytes("\n")]);
    expect(kept.lines.map((line) => line.length)).toEqual([LINE_LIMIT]);
    expect(kept.oversized).toBe(0);
    expect(split([bytes("x".repeat(LINE_LIMIT + 1)), bytes("\n")])).toEqual({ lines: [], oversized: 1 });
  });
});
