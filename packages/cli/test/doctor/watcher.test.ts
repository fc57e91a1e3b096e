import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { faults } from "../support/doctor.ts";
import { kill } from "../support/processes.ts";
import { scene } from "../support/scene.ts";

it("finds that no watcher runs, or that one was killed, or that one of its sources is down", async () => {
  const made = scene();
  expect(await faults(made)).toContain("watcher/watcher note: no watcher is running");
  const watcher = await made.watch();
  kill(watcher.pid);
  await watcher.ended;
  expect(await faults(made)).toContain(`watcher/watcher wrong: the watcher with pid ${watcher.pid} was killed`);
  made.control.set({ bd: { activity: "unknown" } });
  await (await made.watch()).record("source", { name: "bd", state: "unavailable" });
  await expect
    .poll(() => faults(made), { timeout: 20_000 })
    .toContainEqual(expect.stringMatching(/^watcher\/source bd note: unavailable: this bd has no "activity/));
});

it("finds a rival daemon, and one that left its pid behind", async () => {
  const made = scene();
  mkdirSync(join(made.town.dir, "daemon"));
  writeFileSync(join(made.town.dir, "daemon/daemon.pid"), "999999999");
  expect(await faults(made)).toContain(
    `watcher/rival note: no gt daemon is running, but it left ${made.town.dir}/daemon/daemon.pid behind`,
  );
  const daemon = spawn(join(made.bin, "gt"), ["daemon", "run"], { cwd: made.town.dir, env: made.env, stdio: "ignore" });
  await expect
    .poll(() => faults(made), { timeout: 20_000 })
    .toContain(`watcher/rival note: gt daemon (pid ${daemon.pid}) lands convoys here, too`);
  daemon.kill("SIGTERM");
});
