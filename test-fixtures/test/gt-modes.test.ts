import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { GtControl } from "../src/index.ts";
import { alive, run, start, until } from "./helpers/run.ts";
import { townWithTools } from "./helpers/town-with-tools.ts";
import type { TownWithTools } from "./helpers/town-with-tools.ts";

interface Ready extends TownWithTools {
  readonly convoy: string;
  readonly check: readonly string[];
}

/** A town with one complete convoy that somebody waits on. */
const ready = (gt: GtControl): Ready => {
  const tools = townWithTools();
  tools.town.close(tools.town.createIssue({ id: "al-1" }));
  const convoy = tools.town.createConvoy({ tracks: ["al-1"], title: "T", description: "Notify: mayor/" });
  tools.control.set({ gt });
  return { ...tools, convoy, check: ["convoy", "check", convoy] };
};

it("lies", async () => {
  using tools = ready({ mode: "lies" });
  const { convoy, check, town, gt, control } = tools;
  expect((await run(gt, check, town.dir)).stdout).toContain("✓ Auto-closed 1 convoy(s):");
  expect((await run(gt, ["convoy", "close", convoy], town.dir)).stdout).toContain("✓ Closed convoy");
  expect([town.status(convoy), control.mails()]).toEqual(["open", []]);
});

it("warns on stdout that it could not close, and exits 0", async () => {
  using tools = ready({ mode: "warns" });
  const { stdout, code } = await run(tools.gt, tools.check, tools.town.dir);
  expect(stdout).toBe(`⚠ Warning: couldn't close convoy ${tools.convoy}: exit status 1\nNo convoys ready to close.\n`);
  expect([code, tools.town.status(tools.convoy)]).toEqual([0, "open"]);
});

it("fails", async () => {
  using tools = ready({ mode: "fails", exitCode: 7, stderr: "Error: database is locked" });
  expect(await run(tools.gt, tools.check, tools.town.dir)).toMatchObject({
    code: 7,
    stderr: "Error: database is locked\n",
  });
  expect(tools.town.status(tools.convoy)).toBe("open");
});

it("fails so many times, then works; set again, it starts again", async () => {
  using tools = ready({ failTimes: 2 });
  const codes = [];
  for (let nth = 0; nth < 3; nth += 1) codes.push((await run(tools.gt, tools.check, tools.town.dir)).code);
  expect([codes, tools.town.status(tools.convoy)]).toEqual([[1, 1, 0], "closed"]);
  await sleep(2);
  tools.control.set({ gt: { failTimes: 1 } });
  expect((await run(tools.gt, tools.check, tools.town.dir)).code).toBe(1);
});

it("differs for check and close when told so", async () => {
  using tools = ready({ mode: "head", check: { mode: "lies" }, close: { failTimes: 1 } });
  const { convoy, check, town, gt } = tools;
  const close = ["convoy", "close", convoy];
  expect((await run(gt, check, town.dir)).code).toBe(0);
  expect(town.status(convoy)).toBe("open");
  expect((await run(gt, close, town.dir)).code).toBe(1);
  expect((await run(gt, close, town.dir)).code).toBe(0);
  expect(town.status(convoy)).toBe("closed");
});

it("closes, and is killed before it tells anybody", async () => {
  using tools = ready({ mode: "crash-after-close" });
  expect(await run(tools.gt, tools.check, tools.town.dir)).toMatchObject({ code: null, signal: "SIGKILL" });
  expect([tools.town.status(tools.convoy), tools.control.mails()]).toEqual(["closed", []]);
  expect(tools.control.calls("gt")[0]).not.toHaveProperty("end");
});

it("hangs until it is terminated", async () => {
  using tools = ready({ mode: "hangs" });
  await using running = start(tools.gt, tools.check, tools.town.dir);
  await until(() => tools.control.calls("gt").length === 1);
  await sleep(150);
  expect(running.child.exitCode).toBeNull();
  running.kill("SIGTERM");
  expect(await running.ended).toMatchObject({ signal: "SIGTERM" });
});

it("hangs whatever it is told, with a grandchild, in one process group", async () => {
  using tools = ready({ mode: "hangs", ignoreSigterm: true, grandchild: true });
  await using running = start(tools.gt, tools.check, tools.town.dir);
  await until(() => tools.control.calls("gt")[0]?.children.length === 1);
  const [pid = 0] = tools.control.calls("gt")[0]?.children ?? [];
  running.kill("SIGTERM");
  await sleep(100);
  expect([running.child.exitCode, alive(pid)]).toEqual([null, true]);
  process.kill(-(running.child.pid ?? 0), "SIGKILL");
  await running.ended;
  await until(() => !alive(pid));
});

it("takes its time", async () => {
  using tools = ready({ delayMs: 150, perConvoyMs: 150 });
  const before = Date.now();
  await run(tools.gt, tools.check, tools.town.dir);
  expect(Date.now() - before).toBeGreaterThanOrEqual(300);
  const [call] = tools.control.calls("gt");
  expect((call?.end ?? 0) - (call?.start ?? 0)).toBeGreaterThanOrEqual(290);
});

it("says its version, and what it does not know", async () => {
  using tools = ready({ version: "0.7.0" });
  expect((await run(tools.gt, ["version"], tools.bin)).stdout).toMatch(/^gt version 0\.7\.0 /);
  const unknown = await run(tools.gt, ["convoy", "frob"], tools.town.dir);
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('unknown command "frob" for "gt convoy"') });
  tools.control.clear();
  expect(tools.control.calls()).toEqual([]);
  expect(tools.control.get()).toEqual({ gt: { version: "0.7.0" } });
});

it("runs a daemon that writes its pid, closes convoys, and stops", async () => {
  using tools = ready({ daemonCheckMs: 20 });
  const pidFile = join(tools.town.dir, "daemon/daemon.pid");
  await using running = start(tools.gt, ["daemon", "run"], tools.town.dir);
  await until(() => existsSync(pidFile) && tools.control.mails().length > 0);
  expect(tools.town.status(tools.convoy)).toBe("closed");
  expect(readFileSync(pidFile, "utf8")).toBe(String(running.child.pid));
  running.kill("SIGTERM");
  expect(await running.ended).toMatchObject({ code: 0, signal: null });
  expect([existsSync(pidFile), tools.control.mails().length]).toEqual([false, 1]);
});
