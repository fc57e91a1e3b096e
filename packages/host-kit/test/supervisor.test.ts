import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { shellProgram, tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { supervisor, watchdog } from "../src/supervisor.ts";

function systemd(env: Readonly<Record<string, string>> = {}) {
  const dir = tempDir(onTestFinished).path;
  const program = shellProgram(dir, "systemd-notify", `printf '%s\\n' "$*" >> "${dir}/said"`);
  const said = (): string[] =>
    existsSync(join(dir, "said")) ? readFileSync(join(dir, "said"), "utf8").split("\n").slice(0, -1) : [];
  return { said, unit: supervisor({ PATH: process.env["PATH"], ...env }, program) };
}

test("tells systemd that it is ready, alive and stopping", async () => {
  const { said, unit } = systemd({ NOTIFY_SOCKET: "/run/x", WATCHDOG_USEC: "30000000" });
  expect(unit.every).toBe(10_000);
  for (const [say, state] of [
    [unit.ready, "READY=1"],
    [unit.alive, "WATCHDOG=1"],
    [unit.stopping, "STOPPING=1"],
  ] as const) {
    say();
    await expect.poll(said).toContain(`--pid=${process.pid} ${state}`);
  }
});

test("says nothing where no supervisor listens, and nothing to a watchdog of another process", async () => {
  const { said, unit } = systemd();
  unit.ready();
  expect(unit.every).toBeUndefined();
  expect(systemd({ NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "1000", WATCHDOG_PID: "1" }).unit.every).toBeUndefined();
  await sleep(0);
  expect(said()).toEqual([]);
});

test("gives signs of life only while something happens", async () => {
  let now = 0;
  let signs = 0;
  const unit = { ...systemd().unit, every: 1, alive: () => void (signs += 1) };
  const dog = watchdog(unit, 1_000, () => now);
  onTestFinished(dog.stop);
  await expect.poll(() => signs).toBeGreaterThan(0);
  now = 1_000;
  const before = signs;
  await sleep(30);
  expect(signs).toBe(before);
  dog.note();
  await expect.poll(() => signs).toBeGreaterThan(before);
});
