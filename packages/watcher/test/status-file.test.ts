import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WatchRecord } from "@gastown/convoy-core";
import { tempDir, until } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { type WatcherStatus } from "../src/index.ts";
import { makeStateDir } from "../src/state-dir.ts";
import { createStatusKeeper, type StatusKeeper } from "../src/status-file.ts";

interface Kept extends StatusKeeper {
  readonly file: string;
  written(): WatcherStatus;
}

function keep(write = true): Kept {
  const town = tempDir(onTestFinished).path;
  if (write) makeStateDir(town);
  const first = { version: "1.2.3", pid: 42, town, startedAt: "2026-01-12T12:00:00.000Z" };
  const keeper = createStatusKeeper(first, write);
  onTestFinished(() => keeper.close());
  const file = join(town, ".runtime/convoy-watcher/status.json");
  return { ...keeper, file, written: () => JSON.parse(readFileSync(file, "utf8")) as WatcherStatus };
}

const records: WatchRecord[] = [
  { event: "hello", version: "1.2.3", pid: 42, town: "/t", bd: null, gt: "/gt" },
  { event: "source", name: "db", state: "up" },
  { event: "source", name: "bd", state: "down", detail: "why" },
  { event: "watching", sources: ["db"], convoys: 2 },
  { event: "close", issue: "al-a", source: "db", convoys: ["hq-cv-a"] },
  { event: "sweep", reason: "start", convoys: 2, complete: 1, ms: 3 },
  { event: "stuck", convoy: "hq-cv-b", title: "B", attempts: 3, output: "no" },
  { event: "stuck", convoy: "hq-cv-c", title: "C", attempts: 4, output: "no" },
  { event: "landed", convoy: "hq-cv-b", title: "B", ms: 7, by: "check" },
];

describe("the status file", () => {
  test("says what the records said", async () => {
    const keeper = keep();
    for (const record of records) keeper.report(record);
    await keeper.close();
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(keeper.written()).toMatchObject({
      version: "1.2.3",
      pid: 42,
      startedAt: "2026-01-12T12:00:00.000Z",
      watchingSince: at,
      sources: { db: { state: "up", since: at }, bd: { state: "down", detail: "why", since: at } },
      lastHint: { at, issue: "al-a", source: "db" },
      lastSweep: { at, convoys: 2, complete: 1, ms: 3 },
      landed: 1,
      lastLanded: { at, convoy: "hq-cv-b", title: "B", ms: 7 },
      stuck: { "hq-cv-c": { at, attempts: 4, output: "no" } },
      warnings: [],
    });
    expect(keeper.written()).toEqual(keeper.status());
    expect(Object.keys(keeper.status().stuck), "what has landed is no longer stuck").toEqual(["hq-cv-c"]);
  });

  test("says what is under way, who was not told, and what others closed", async () => {
    const keeper = keep();
    const end = keeper.noteCommand("hq-cv-a", "gt convoy check hq-cv-a");
    expect(keeper.status().now.landing).toMatchObject({ convoy: "hq-cv-a", command: "gt convoy check hq-cv-a" });
    keeper.report({ event: "telling", convoy: "hq-cv-a", title: "A", ms: 5, by: "check" });
    expect(keeper.status().now).toMatchObject({ telling: [{ convoy: "hq-cv-a" }] });
    expect(keeper.status().now.landing).toBeUndefined();
    end();
    const untold = { told: "tried, not told", untold: ["zzz/none"], said: "could not notify zzz/none" } as const;
    keeper.report({ event: "landed", convoy: "hq-cv-a", title: "A", ms: 5, by: "check", ...untold });
    keeper.report({ event: "closed", convoy: "hq-cv-b", title: "B", by: "?", done: 0, total: 1, open: ["al-a"] });
    keeper.observe(() => ({ judging: 1, landing: 2, delayed: 3, oldestHint: "2026-01-12T12:00:00.000Z" }));
    keeper.noteRead("alpha", "locked");
    await keeper.close();
    expect(keeper.written()).toMatchObject({
      now: { telling: [] },
      untold: { "hq-cv-a": { to: ["zzz/none"], said: "could not notify zzz/none" } },
      closedByOthers: 1,
      queues: { judging: 1, landing: 2, delayed: 3 },
      oldestHint: "2026-01-12T12:00:00.000Z",
      lastReadError: { rig: "alpha", message: "locked" },
      landing: { p50: 5, p99: 5 },
    });
    keeper.noteRead("alpha", undefined);
    expect(keeper.status().lastReadError).toBeUndefined();
  });

  test("stays short, however much is stuck and however long it is told", async () => {
    const keeper = keep();
    const output = "x".repeat(8_000);
    for (let nth = 0; nth < 2_000; nth += 1)
      keeper.report({ event: "stuck", convoy: `hq-cv-${nth}`, title: output, attempts: 3, output });
    await keeper.close();
    expect(readFileSync(keeper.file).length).toBeLessThan(100_000);
    const { stuck, stuckBeyond } = keeper.written();
    expect([Object.keys(stuck).length, stuckBeyond, stuck["hq-cv-1999"]?.attempts]).toEqual([100, 1_900, 3]);
    keeper.report({ event: "landed", convoy: "hq-cv-0", title: "A", ms: 1, by: "check" });
    expect(keeper.status().stuckBeyond).toBe(1_899);
  });

  test("is written at the first record, and later by itself", async () => {
    const keeper = keep();
    keeper.report({ event: "warning", message: "one" });
    await until(() => existsSync(keeper.file));
    expect(keeper.written().warnings).toHaveLength(1);
    keeper.report({ event: "warning", message: "two" });
    keeper.report({ event: "warning", message: "three" });
    await until(() => keeper.written().warnings.length === 3);
  });

  test.each(["rival", "owned", "staged", "empty"] as const)(
    "forgets a stuck convoy that is left alone: %s",
    (reason) => {
      const keeper = keep();
      keeper.report({ event: "stuck", convoy: "hq-cv-b", title: "B", attempts: 0, output: "no" });
      keeper.report({
        event: "skipped",
        convoy: "hq-cv-b",
        title: "B",
        reason,
        detail: "somebody else closed it first",
      });
      expect(keeper.status().stuck).toEqual({});
    },
  );

  test("keeps the last ten warnings, and forgets a convoy that is no longer stuck", async () => {
    const keeper = keep();
    for (let nth = 0; nth < 25; nth += 1) keeper.report({ event: "warning", message: `warning ${nth}` });
    keeper.report({ event: "stuck", convoy: "hq-cv-b", title: "B", attempts: 3, output: "no" });
    keeper.report({
      event: "waiting",
      convoy: "hq-cv-b",
      title: "B",
      blockers: [],
      done: 0,
      total: 1,
      open: 1,
      unknown: 0,
    });
    keeper.report({ event: "stopped", reason: "SIGTERM" });
    await keeper.close();
    const { warnings, stuck, stoppedAt } = keeper.written();
    expect(warnings.map(({ message }) => message)).toEqual(
      Array.from({ length: 10 }, (_, nth) => `warning ${nth + 15}`),
    );
    expect(stuck).toEqual({});
    expect(stoppedAt).toBeDefined();
  });

  test("is not written in a dry run, nor is its directory made", async () => {
    const keeper = keep(false);
    for (const record of records) keeper.report(record);
    await keeper.close();
    expect(existsSync(keeper.file)).toBe(false);
    expect(keeper.status().landed).toBe(1);
  });

  test("leaves no draft behind, and is whole, though it is closed while it is being written", async () => {
    const keeper = keep();
    const output = "x".repeat(500);
    for (let nth = 0; nth < 100; nth += 1)
      keeper.report({ event: "stuck", convoy: `hq-cv-${nth}`, title: "A", attempts: 3, output });
    await keeper.close();
    expect(Object.keys(keeper.written().stuck)).toHaveLength(100);
    expect(readdirSync(dirname(keeper.file))).toEqual(["status.json"]);
  });

  test("that cannot be written does not stop the watcher", async () => {
    const keeper = keep();
    mkdirSync(join(keeper.file, "in the way"), { recursive: true });
    for (const record of records) keeper.report(record);
    await keeper.close();
    expect(keeper.status().landed).toBe(1);
  });

  test("is never seen half written, however often it is read", async () => {
    const dir = tempDir(onTestFinished).path;
    const file = join(dir, "status.json");
    const program = fileURLToPath(new URL("./support/programs/rewriter.ts", import.meta.url));
    const child = spawn(process.execPath, [program, file], { stdio: ["pipe", "ignore", "inherit"] });
    const exited = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
    onTestFinished(async () => {
      child.stdin.end();
      await exited;
    });
    await until(() => existsSync(file));
    const seen = new Set<number>();
    await until(() => {
      const { nth, end } = JSON.parse(readFileSync(file, "utf8")) as { nth: number; end: number };
      expect(end).toBe(nth);
      seen.add(nth);
      return seen.size >= 50;
    });
    expect(readdirSync(dir).length).toBeLessThanOrEqual(2);
  });
});
