import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Ledger, openLedger, readLedger } from "../src/ledger.ts";
import { openCommands } from "../src/left-behind.ts";

interface Opened {
  readonly dir: string;
  readonly ledger: Ledger;
  readonly faults: string[];
}

function opened(dir = tempDir(onTestFinished).path): Opened {
  const faults: string[] = [];
  let time = Date.UTC(2026, 0, 12);
  const tick = (): number => (time += 1_000);
  return { dir, faults, ledger: openLedger({ dir, wall: tick, now: tick, onFault: (why) => faults.push(why) }) };
}

const intent = { convoy: "hq-cv-a", step: "check", command: "gt convoy check hq-cv-a", gt: "1:2" } as const;
const exit = { ended: "exit", exitCode: 0, output: "✓" } as const;
const landed = { event: "landed", convoy: "hq-cv-a", title: "A", ms: 7, by: "check" } as const;

describe("the ledger", () => {
  test("has an intent, a start and an end of each command, and what became of the convoy", () => {
    const { dir, ledger } = opened();
    const command = ledger.begin(intent);
    command.started(process.pid);
    command.ended(exit);
    ledger.note({ event: "telling", convoy: "hq-cv-a", title: "A", ms: 5, by: "check" });
    ledger.note({ ...landed, told: "told" });
    ledger.note({ event: "warning", message: "not of a convoy" });
    const lines = readLedger(dir);
    expect(lines).toMatchObject([
      { kind: "intent", id: command.id, watcher: process.pid, ...intent },
      { kind: "started", id: command.id, pid: process.pid, pidStart: expect.any(String) },
      { kind: "ended", id: command.id, ended: "exit", exitCode: 0, ms: expect.any(Number), output: "✓" },
      { kind: "telling", convoy: "hq-cv-a", ms: 5 },
      { kind: "landed", convoy: "hq-cv-a", told: "told" },
    ]);
    expect(lines[0]?.time).toMatch(/^2026-01-12T00:00:\d\d\.000Z$/);
    expect(Object.keys(lines[4] ?? {})).not.toContain("event");
  });

  test("survives a line that was torn, in the middle as well", () => {
    const { dir, ledger } = opened();
    ledger.begin(intent);
    appendFileSync(join(dir, "ledger.jsonl"), '{"time":"2026-01-12T00:00:00.000Z","kind":"sta');
    const again = opened(dir);
    again.ledger.begin({ ...intent, convoy: "hq-cv-b" });
    appendFileSync(join(dir, "ledger.jsonl"), "\0\0\nnull\n[1]\n{}\n");
    again.ledger.note(landed);
    expect(readLedger(dir).map((line) => ("convoy" in line ? line.convoy : line.kind))).toEqual([
      "hq-cv-a",
      "hq-cv-b",
      "hq-cv-a",
    ]);
  });

  test("begins anew when it grows long, and keeps the part before", () => {
    const { dir, ledger } = opened();
    const big = { ...exit, output: "x".repeat(5_000) };
    for (let nth = 0; nth < 1_500; nth += 1) ledger.begin({ ...intent, convoy: `hq-cv-${nth}` }).ended(big);
    expect(readdirSync(dir).toSorted()).toEqual(["ledger.1.jsonl", "ledger.jsonl"]);
    for (const name of readdirSync(dir)) expect(readFileSync(join(dir, name)).length).toBeLessThanOrEqual(1 << 20);
    const last = readLedger(dir).findLast(({ kind }) => kind === "intent");
    expect(last).toMatchObject({ convoy: "hq-cv-1499" });
  });

  test("that cannot be written says so once, and again when it was writable in between", () => {
    const { dir, ledger, faults } = opened();
    mkdirSync(join(dir, "ledger.jsonl"));
    const command = ledger.begin(intent);
    command.started(process.pid);
    command.ended(exit);
    expect(faults).toHaveLength(1);
    rmSync(join(dir, "ledger.jsonl"), { recursive: true });
    ledger.note(landed);
    expect(readLedger(dir)).toHaveLength(1);
    rmSync(dir, { recursive: true });
    ledger.note(landed);
    expect(faults).toHaveLength(2);
  });

  test("is empty where there is none", () => {
    const dir = tempDir(onTestFinished).path;
    expect(readLedger(join(dir, "none"))).toEqual([]);
    writeFileSync(join(dir, "ledger.jsonl"), "");
    expect(readLedger(dir)).toEqual([]);
  });
});

describe("what a watcher has left unfinished", () => {
  const after = (play: (ledger: Ledger) => void): readonly (readonly [string, boolean])[] => {
    const { dir, ledger } = opened();
    play(ledger);
    return openCommands(readLedger(dir)).map(({ convoy, process: mark }) => [convoy, mark !== undefined] as const);
  };

  test.for<[string, (ledger: Ledger) => void, readonly (readonly [string, boolean])[]]>([
    ["an intent alone", (ledger) => void ledger.begin(intent), [["hq-cv-a", false]]],
    ["a command that was started", (ledger) => ledger.begin(intent).started(1), [["hq-cv-a", true]]],
    [
      "one that was left",
      (ledger) => {
        const command = ledger.begin(intent);
        command.started(1);
        command.ended({ ended: "left", output: "" });
      },
      [["hq-cv-a", true]],
    ],
    [
      "one that was left, and has been seen to be over",
      (ledger) => {
        const command = ledger.begin(intent);
        command.started(1);
        command.ended({ ended: "left", output: "" });
        ledger.over(command.id, 5, "");
      },
      [["hq-cv-a", false]],
    ],
    ["an end that nothing follows", (ledger) => ledger.begin(intent).ended(exit), [["hq-cv-a", false]]],
    [
      "one whose people are being told",
      (ledger) => {
        ledger.begin(intent).ended(exit);
        ledger.note({ event: "telling", convoy: "hq-cv-a", title: "A", ms: 5, by: "check" });
      },
      [["hq-cv-a", false]],
    ],
    [
      "one that has landed",
      (ledger) => {
        ledger.begin(intent).ended(exit);
        ledger.note({ ...landed, told: "told" });
      },
      [],
    ],
    [
      "one that was left, and was read as closed",
      (ledger) => {
        const command = ledger.begin(intent);
        command.started(1);
        command.ended({ ended: "left", output: "" });
        ledger.note(landed);
      },
      [["hq-cv-a", true]],
    ],
    [
      "one that has landed, of which nobody was told",
      (ledger) => {
        ledger.begin(intent).ended(exit);
        ledger.note({ ...landed, told: "closed, not told" });
      },
      [["hq-cv-a", false]],
    ],
    [
      "one that is stuck, which may be closed, and nobody told, and not one that others closed",
      (ledger) => {
        ledger.begin(intent).ended(exit);
        ledger.note({ event: "stuck", convoy: "hq-cv-a", title: "A", attempts: 3, output: "" });
        ledger.begin({ ...intent, convoy: "hq-cv-b" }).ended(exit);
        ledger.note({ event: "closed", convoy: "hq-cv-b", title: "B", by: "?", done: 1, total: 1, open: [] });
      },
      [["hq-cv-a", false]],
    ],
    [
      "the last of several commands",
      (ledger) => {
        ledger.begin(intent).ended(exit);
        ledger.begin({ ...intent, step: "close" }).started(1);
      },
      [["hq-cv-a", true]],
    ],
  ])("%s", ([, play, expected]) => {
    expect(after(play)).toEqual(expected);
  });
});
