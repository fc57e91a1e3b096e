import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "@gastown/test-fixtures";
import { expect, test } from "vitest";
import { runningHost } from "../../src/host/host-note.ts";
import { installRouteWatch, read, scene } from "../support/scene.ts";

test("enabled: gt sees it, a convoy lands; disabled: its log and state stay, until they are purged", async () => {
  const { town, tree, plugins, bin, start, state } = scene();
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ title: "Ship it", tracks: [issue] });
  const before = tree();
  const enabled = await plugins("enable", "convoy-watcher");
  expect(enabled).toMatchObject({ code: 0, stderr: "" });
  expect(enabled.stdout).toContain(`convoy-watcher is enabled in ${town.dir} (detached), running with pid `);
  expect(enabled.stdout).toContain("gt plugin list names it");
  expect(enabled.stdout).toContain("! nothing starts it again after a crash");

  town.close(issue, { feed: true });
  await waitFor("landing", () => town.status(convoy) === "closed");
  const status = await waitFor("status with the landing", async () => {
    const { code, stdout } = await plugins("status", "convoy-watcher");
    return /landed: +1, last /.test(stdout) ? { code, stdout } : undefined;
  });
  expect(status.code).toBe(0);
  expect(status.stdout).toMatch(/enabled: +yes \(detached\)\n +running: +yes \(pid \d+, since /);
  expect(status.stdout).toMatch(new RegExp(`last hint: +(${issue}|${convoy}) \\((bd|db)\\) at `));
  expect(status.stdout).toMatch(/last sweep: +\d+ open convoys in \d+ ms at /);
  expect(status.stdout).toContain(`last ${convoy} "Ship it"`);
  expect(status.stdout).toMatch(/stuck: +none\n +sources: .*\n +rival daemon: +none\n +seen by gt: +yes/);

  expect(existsSync(join(bin, "gt"))).toBe(true);
  const { pid } = JSON.parse((await plugins("status", "convoy-watcher", "--json")).stdout);
  const disabled = await plugins("disable", "convoy-watcher");
  expect(disabled).toEqual({
    code: 0,
    stderr: "",
    stdout: `convoy-watcher is disabled in ${town.dir}, and its process (pid ${pid}) stopped
  ! its log and state stay in ${state(".")}: --purge removes them\n`,
  });
  expect(read(state("host.log"))).toContain("landed");
  expect((await plugins("logs", "convoy-watcher")).stdout).toBe(read(state("host.log")));
  expect((await plugins("disable", "convoy-watcher", "--purge")).code).toBe(0);
  expect(existsSync(state("."))).toBe(false);
  expect(tree()).toEqual(before);
  expect((await plugins("status", "convoy-watcher")).code).toBe(3);
  const again = await start("plugins", "disable", "convoy-watcher", "--json").ended;
  expect(JSON.parse(again.stdout)).toEqual({ plugin: "convoy-watcher", town: town.dir, changed: false, remarks: [] });
});

test("enabled again: the same files, the same process, and a sweep at once", async () => {
  const { plugins, town, tree, state } = scene();
  await plugins("enable", "convoy-watcher");
  const file = (name: string): string => join(town.dir, "plugins", "convoy-watcher", name);
  const stamps = (): number[] => ["plugin.md", "run.sh", "config.json"].map((name) => statSync(file(name)).mtimeMs);
  const before = { tree: tree(), stamps: stamps(), pid: runningHost(state("host.json"))?.pid };
  const { code, stdout } = await plugins("enable", "convoy-watcher", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ changed: false, pid: before.pid, gt: { seen: true } });
  expect({ tree: tree(), stamps: stamps(), pid: runningHost(state("host.json"))?.pid }).toEqual(before);
  await waitFor("sweep on demand", () => read(state("host.log")).includes("on demand"));
});

test("killed, it is not running; enabled again, it is", async () => {
  const { plugins, state, town } = scene();
  await plugins("enable", "convoy-watcher");
  const first = runningHost(state("host.json"));
  process.kill(first?.pid ?? 0, "SIGKILL");
  await waitFor("end", () => runningHost(state("host.json")) === undefined);
  const status = await plugins("status");
  expect(status.code).toBe(3);
  expect(status.stdout).toMatch(/enabled: +yes \(detached\)\n +running: +no/);

  expect((await plugins("enable", "convoy-watcher")).code).toBe(0);
  expect(runningHost(state("host.json"))?.pid).not.toBe(first?.pid);
  const convoy = town.createConvoy({ tracks: [town.createIssue({ status: "closed" })] });
  await plugins("enable", "convoy-watcher");
  await waitFor("landing", () => town.status(convoy) === "closed");
});

test("run.sh does what its plugin.md says: it has the plugin run", async () => {
  const { plugins, state, town, env } = scene();
  await plugins("enable", "convoy-watcher");
  process.kill(runningHost(state("host.json"))?.pid ?? 0, "SIGKILL");
  const { execFileSync } = await import("node:child_process");
  const said = execFileSync("sh", [join(town.dir, "plugins", "convoy-watcher", "run.sh")], { env, encoding: "utf8" });
  expect(said).toContain("convoy-watcher is enabled");
  expect(runningHost(state("host.json"))?.phase).toBe("running");
});

test("two at once: both succeed, and one process runs", async () => {
  const { start, state, tree, plugins } = scene();
  const before = tree();
  const both = [1, 2, 3].map(() => start("plugins", "enable", "convoy-watcher", "--json").ended);
  const results = await Promise.all(both);
  expect(results.map(({ code, stderr }) => ({ code, stderr }))).toEqual(both.map(() => ({ code: 0, stderr: "" })));
  const pids = results.map(({ stdout }) => (JSON.parse(stdout) as { pid: number }).pid);
  expect(new Set(pids)).toEqual(new Set([runningHost(state("host.json"))?.pid]));
  await plugins("disable", "convoy-watcher");
  expect(tree()).toEqual(before);
});

test("one enables while another disables: both succeed, whoever is last", async () => {
  const { start, state, tree, plugins } = scene();
  const before = tree();
  await plugins("enable", "convoy-watcher");
  const results = await Promise.all([
    start("plugins", "disable", "convoy-watcher").ended,
    start("plugins", "enable", "convoy-watcher").ended,
  ]);
  expect(results.map(({ code, stderr }) => (code === 0 ? code : stderr))).toEqual([0, 0]);
  const { stdout } = await plugins("status", "convoy-watcher", "--json");
  const { enabled, running } = JSON.parse(stdout) as { enabled: boolean; running: boolean };
  expect(running).toBe(enabled);
  await plugins("disable", "convoy-watcher");
  expect(runningHost(state("host.json"))).toBeUndefined();
  expect(tree()).toEqual(before);
});

test("changed settings: the process is started anew; the settings stay when it is disabled", async () => {
  const { plugins, state, town, tree } = scene();
  const before = tree();
  await plugins("enable", "convoy-watcher");
  const first = runningHost(state("host.json"))?.pid;
  const settings = join(town.dir, "settings", "convoy-watcher.json");
  expect(existsSync(settings)).toBe(false);
  mkdirSync(join(town.dir, "settings"));
  writeFileSync(settings, '{"source": ["db"]}');
  expect((await plugins("enable", "convoy-watcher")).code).toBe(0);
  expect(runningHost(state("host.json"))?.pid).not.toBe(first);
  await waitFor("watching by the new settings", () => read(state("host.log")).includes("open convoys (db, trigger)"));
  const { stdout } = await plugins("disable", "convoy-watcher");
  expect(stdout).toContain(`${settings} has settings of yours: it stays`);
  expect(tree()).toEqual([...before, "settings", "settings/convoy-watcher.json"].toSorted());
});

test("beside a gt daemon: says in a line what that means", async () => {
  const { plugins, town, control, env, bin } = scene();
  const { spawn } = await import("node:child_process");
  const daemon = spawn(join(bin, "gt"), ["daemon", "run"], { cwd: town.dir, env, stdio: "ignore" });
  try {
    const pidFile = join(town.dir, "daemon", "daemon.pid");
    await waitFor("daemon", () => existsSync(pidFile) && read(pidFile) !== "");
    const line = `! gt daemon (pid ${read(join(town.dir, "daemon", "daemon.pid"))}) lands convoys here, too: each complete one is left to it for 7s first, so that nobody is told twice`;
    expect((await plugins("enable", "convoy-watcher")).stdout).toContain(line);
    const status = await plugins("status", "convoy-watcher");
    expect(status.stdout).toContain(line);
    expect(status.stdout).toMatch(/rival daemon: +gt daemon \(pid \d+\)/);
    expect(control.calls("gt").length).toBeGreaterThan(0);
  } finally {
    daemon.kill("SIGKILL");
  }
});

test("another plugin, installed in the town: listed without being loaded, enabled, seen, triggered, disabled", async () => {
  const here = scene();
  const { plugins, town, tree, state } = here;
  installRouteWatch(here);
  const before = tree();
  const { stdout: list } = await plugins("list", "--json");
  expect(JSON.parse(list)).toMatchObject({
    plugins: [
      { name: "convoy-watcher", enabled: false, running: false },
      { name: "route-watch", package: "gastown-plugin-route-watch", version: "1.0.0", enabled: false },
    ],
  });
  const { stdout, code } = await plugins("enable", "route-watch");
  expect(stdout).toContain("gt plugin list names it");
  expect(code).toBe(0);
  town.addRig("beta", { prefix: "be" });
  await plugins("enable", "route-watch");
  await waitFor("event", () => read(state("host.log", "route-watch")).includes('event rig.joined {"subject":"be-"}'));
  expect((await plugins("status", "route-watch")).stdout).toMatch(/status: +\{"rigs":\[/);
  expect((await plugins("disable", "route-watch")).code).toBe(0);
  expect(tree().filter((path) => !path.startsWith("beta"))).toEqual(before.filter((path) => !path.startsWith("beta")));
});

test("the supervisor `none` writes the files, and leaves the process to others", async () => {
  const { plugins, start, state, town } = scene();
  const { code, stdout } = await plugins("enable", "convoy-watcher", "--supervisor", "none");
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("(none)\n") });
  expect((await plugins("status")).code).toBe(3);
  const run = start("plugins", "run", "convoy-watcher");
  await waitFor("running", () => runningHost(state("host.json"))?.phase === "running");
  expect((await plugins("status")).code).toBe(0);
  expect((await plugins("disable", "convoy-watcher")).stdout).toContain(`(pid ${run.pid}) stopped`);
  expect(await run.ended).toMatchObject({ code: 0 });
  expect(existsSync(join(town.dir, "plugins"))).toBe(false);
});

test("another supervisor: the old process goes before the new one comes", async () => {
  const { plugins, state } = scene();
  await plugins("enable", "convoy-watcher");
  const first = runningHost(state("host.json"))?.pid;
  expect((await plugins("enable", "convoy-watcher", "--supervisor", "none")).code).toBe(0);
  expect(JSON.parse((await plugins("status", "convoy-watcher", "--json")).stdout)).toMatchObject({
    supervisor: "none",
  });
  expect((await plugins("enable", "convoy-watcher", "--supervisor", "detached")).code).toBe(0);
  expect(runningHost(state("host.json"))?.pid).not.toBe(first);
  mkdirSync(state("kept"), { recursive: true });
  expect((await plugins("disable", "convoy-watcher")).code).toBe(0);
  expect(existsSync(state("kept"))).toBe(true);
  expect((await plugins("disable", "convoy-watcher", "--purge")).code).toBe(0);
  expect(existsSync(state("kept"))).toBe(false);
});
