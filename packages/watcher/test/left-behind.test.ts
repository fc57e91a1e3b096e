import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRunning, markOf, type ProcessMark } from "@gastown/process";
import { shellProgram, tempDir, until } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { openLedger, readLedger } from "../src/ledger.ts";
import { endLeftBehind, noteBd, outputNameOf, takeUp } from "../src/left-behind.ts";
import { systemClock } from "../src/system-clock.ts";

async function started(dir: string, body: string): Promise<ProcessMark> {
  const child = spawn(shellProgram(dir, "gt", body), { cwd: dir, detached: true, stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return until(() => markOf(child.pid ?? 0));
}

const open = (mark: ProcessMark | undefined, startedAt = Date.now()) =>
  ({ id: "id-1", convoy: "hq-cv-a", step: "check", startedAt, process: mark }) as const;

function options(dir: string, signal: AbortSignal, limit: number) {
  const ledger = openLedger({ dir, wall: Date.now, now: Date.now, onFault: () => undefined });
  return { dir, ledger, wall: Date.now, limit, signal, sleep: systemClock.sleep };
}

test("a gt of the watcher before that still runs is waited for, and what it said is kept", async () => {
  const dir = tempDir(onTestFinished).path;
  const mark = await started(dir, "while [ ! -e go ]; do sleep 0.02; done");
  writeFileSync(join(dir, `${outputNameOf("id-1")}.stdout`), "✓ Auto-closed\n");
  writeFileSync(join(dir, `${outputNameOf("id-0")}.stderr`), "of long ago");
  const [unfinished] = takeUp([open(mark)], options(dir, new AbortController().signal, 60_000));
  expect(unfinished).toMatchObject({ convoy: "hq-cv-a", step: "check", startedAt: expect.any(Number) });
  let over = false;
  const end = unfinished?.running?.then(() => (over = true));
  expect([over, isRunning(mark)]).toEqual([false, true]);
  expect(existsSync(join(dir, `${outputNameOf("id-0")}.stderr`)), "of one that nobody waits for").toBe(false);
  writeFileSync(join(dir, "go"), "");
  await end;
  expect(isRunning(mark)).toBe(false);
  expect(readLedger(dir)).toMatchObject([{ kind: "ended", id: "id-1", ended: "over", output: "✓ Auto-closed" }]);
  expect(existsSync(join(dir, `${outputNameOf("id-1")}.stdout`))).toBe(false);
});

test("is ended when it takes too long", async () => {
  const dir = tempDir(onTestFinished).path;
  const mark = await started(dir, "sleep 60");
  const [unfinished] = takeUp([open(mark, Date.now() - 1_000)], options(dir, new AbortController().signal, 500));
  await unfinished?.running;
  expect(isRunning(mark)).toBe(false);
});

test("is left alone when this watcher stops, too", async () => {
  const dir = tempDir(onTestFinished).path;
  const mark = await started(dir, "sleep 60");
  const stop = new AbortController();
  const [unfinished] = takeUp([open(mark)], options(dir, stop.signal, 60_000));
  stop.abort();
  await unfinished?.running;
  expect(isRunning(mark)).toBe(true);
  expect(readLedger(dir)).toEqual([]);
});

test("one that has ended is nothing to wait for, nor is another process with its number", async () => {
  const dir = tempDir(onTestFinished).path;
  const mark = await started(dir, "sleep 60");
  const { signal } = new AbortController();
  for (const command of [open(undefined), open({ ...mark, start: "another" })])
    expect(takeUp([command], options(dir, signal, 60_000))[0]?.running).toBeUndefined();
  expect(readLedger(dir), "the end of the second is known now").toMatchObject([{ kind: "ended", ended: "over" }]);
  expect(isRunning(mark)).toBe(true);
});

test("the bd that a killed watcher has left behind is ended, and no other process", async () => {
  const dir = tempDir(onTestFinished).path;
  const mark = await started(dir, "sleep 60");
  noteBd(dir, mark.pid);
  noteBd(dir, undefined);
  await endLeftBehind(dir);
  expect(isRunning(mark), "it had ended in order").toBe(true);
  writeFileSync(join(dir, "bd-activity.json"), JSON.stringify({ ...mark, start: "another" }));
  await endLeftBehind(dir);
  expect(isRunning(mark)).toBe(true);
  for (const text of ["", "{", "[]", '{"pid":1,"start":"x"}', '{"pid":-1,"start":"x"}'])
    await expect((writeFileSync(join(dir, "bd-activity.json"), text), endLeftBehind(dir))).resolves.toBeUndefined();
  noteBd(dir, mark.pid);
  await endLeftBehind(dir);
  expect([isRunning(mark), existsSync(join(dir, "bd-activity.json"))]).toEqual([false, false]);
});
