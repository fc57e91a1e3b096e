import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { runningHost } from "../../src/host/host-note.ts";
import { GASTOWN, kill, read, type Running, type Scene, scene } from "../support/scene.ts";

async function up({ start, state }: Scene, ...args: readonly string[]): Promise<Running> {
  const run = start("plugins", "run", "convoy-watcher", ...args);
  await waitFor(
    "running",
    () => runningHost(state("host.json"))?.phase === "running" && runningHost(state("host.json"))?.pid === run.pid,
  );
  return run;
}

/** Installs a plugin whose start is this code. */
function installPlugin({ town }: Scene, name: string, code: string): void {
  const dir = join(town.dir, "node_modules", name);
  mkdirSync(dir, { recursive: true });
  const manifest = {
    name,
    version: "1.0.0",
    type: "module",
    keywords: ["gastown-plugin"],
    gastown: { name, plugin: "./index.js" },
  };
  writeFileSync(join(dir, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(dir, "index.js"), code);
}

test.each([
  ["SIGTERM", 0],
  ["SIGHUP", 0],
  ["SIGINT", 130],
] as const)("stops by %s with status %i, and says so in its log", async (signal, status) => {
  const here = scene();
  const run = await up(here);
  run.kill(signal);
  const { code, stderr, stdout } = await run.ended;
  expect({ code, stdout }).toEqual({ code: status, stdout: "" });
  expect(stderr).toContain(`stopped by ${signal}\n`);
  expect(read(here.state("host.log"))).toBe(stderr);
  expect(runningHost(here.state("host.json"))).toBeUndefined();
  expect(existsSync(here.state("watcher.pid"))).toBe(false);
});

test("tells systemd that it is up, alive and stopping", async () => {
  const here = scene();
  const said = join(here.root, "said");
  here.program("systemd-notify", `#!/bin/sh\necho "$*" >> '${said}'\n`);
  Object.assign(here.env, { NOTIFY_SOCKET: "/run/none", WATCHDOG_USEC: "300000" });
  const run = await up(here);
  await waitFor("signs of life", () => existsSync(said) && read(said).split("WATCHDOG=1").length > 2);
  run.kill("SIGTERM");
  await run.ended;
  await waitFor("the last word", () => read(said).includes(`--pid=${run.pid} STOPPING=1`));
  expect(read(said)).toMatch(new RegExp(`^--pid=${run.pid} READY=1$`, "m"));
});

test("--quiet writes to the log alone", async () => {
  const here = scene();
  const run = await up(here, "--quiet");
  run.kill("SIGTERM");
  expect(await run.ended).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(read(here.state("host.log"))).toContain("watching 0 open convoys");
});

test("finishes the command in flight; a second signal does not wait for it", async () => {
  const here = scene();
  here.control.set({ gt: { mode: "hangs", ignoreSigterm: true } });
  here.town.createConvoy({ tracks: [here.town.createIssue({ status: "closed" })] });
  const run = await up(here);
  const gt = await waitFor("a landing", () => here.control.calls("gt").find(({ argv }) => argv[0] === "convoy"));
  run.kill("SIGTERM");
  await waitFor("first signal", () => read(here.state("host.log")).includes("stopping: SIGTERM"));
  run.kill("SIGTERM");
  expect((await run.ended).code).toBe(0);
  await waitFor("end of gt", () => !existsSync(`/proc/${gt.pid}`) || process.platform !== "linux");
});

test("a second one in the same town: exit status 4, with the pid of the first", async () => {
  const here = scene();
  const first = await up(here);
  const { code, stderr } = await here.plugins("run", "convoy-watcher");
  expect(code).toBe(4);
  expect(stderr).toMatch(
    new RegExp(`^Error: the process with pid ${first.pid} \\(since .*\\) runs convoy-watcher in this town\nHint: `),
  );
});

test("SIGUSR2 has it sweep at once", async () => {
  const here = scene();
  const run = await up(here);
  run.kill("SIGUSR2");
  await waitFor("sweep on demand", () => read(here.state("host.log")).includes("trigger: on demand"));
});

test("a plugin that crashes: its clean-up is run, it waits for another try, and status says why", async () => {
  const here = scene();
  installPlugin(
    here,
    "crasher",
    `export default () => ({ name: "crasher", apiVersion: 1, async start({ onDispose, logger }) {
       onDispose(() => logger.info("cleaned up"));
       return { done: Promise.reject(new Error("boom \\u001b[31m")), status: () => ({}), [Symbol.asyncDispose]: async () => {} };
     } });`,
  );
  const run = here.start("plugins", "run", "crasher");
  await waitFor("waiting", () => runningHost(here.state("host.json", "crasher"))?.phase === "waiting");
  const { code, stdout } = await here.plugins("status", "crasher");
  expect(code).toBe(3);
  expect(stdout).toMatch(/running: +not now: next try at .*\n +why not: +boom \n/);
  expect(read(here.state("host.log", "crasher"))).toMatch(/cleaned up\n.*failed: boom/);
  run.kill("SIGTERM");
  expect((await run.ended).code).toBe(0);
});

test("a plugin that throws where nobody can catch it ends the process, with the reason in the log", async () => {
  const here = scene();
  installPlugin(
    here,
    "wild",
    `export default () => ({ name: "wild", apiVersion: 1, async start() {
       setTimeout(() => { throw new Error("out of hand"); }, 1);
       return { done: new Promise(() => {}), status: () => ({}), [Symbol.asyncDispose]: async () => {} };
     } });`,
  );
  const { code } = await here.plugins("run", "wild");
  expect(code).toBe(1);
  expect(read(here.state("host.log", "wild"))).toContain("uncaught: Error: out of hand");
});

test.each([
  ["cannot be parsed", "export default (", /the plugin broken \(broken\): loading .* failed: /],
  ["exports nothing", "export const start = 1", /its default export is missing, and must be a function/],
  ["exports no function", "export default 1", /its default export is a number, and must be a function/],
  ["gives no plugin", "export default async () => ({})", /its factory gives a promise|apiVersion/],
  [
    "fails in its factory",
    'export default () => { throw new Error("no luck"); }',
    /its factory failed: no luck\nHint: fix the module: thrown at .*index\.js/,
  ],
  ["has no start", 'export default () => ({ name: "broken", apiVersion: 1 })', /its start is missing, no function/],
  [
    "has another name",
    'export default () => ({ name: "other", apiVersion: 1, start() {} })',
    /it calls itself "other", and its package\.json calls it "broken"/,
  ],
  [
    "is of another version",
    'export default () => ({ name: "broken", apiVersion: 2, start() {} })',
    /its apiVersion is 2; this host knows version 1/,
  ],
])("a plugin that %s is refused, when run and when enabled", async (_, code, message) => {
  const here = scene();
  installPlugin(here, "broken", code);
  const before = here.tree();
  const enabled = await here.plugins("enable", "broken");
  expect(enabled).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(message) });
  expect(here.tree()).toEqual(before);
  expect(await here.plugins("run", "broken")).toMatchObject({ code: 1, stderr: expect.stringMatching(message) });
});

test("the town goes away while it runs: it stops when it is told to", async () => {
  const here = scene();
  const run = await up(here);
  rmSync(here.town.dir, { recursive: true });
  run.kill("SIGTERM");
  expect((await run.ended).code).toBe(0);
});

test("a reader that goes away ends nothing", async () => {
  const here = scene();
  const enable = `${GASTOWN.join(" ")} plugins enable convoy-watcher`;
  const gone = spawnSync("bash", ["-c", `set -o pipefail; ${enable} | true`], {
    cwd: here.town.dir,
    env: here.env,
    encoding: "utf8",
  });
  expect({ status: gone.status, stderr: gone.stderr }).toEqual({ status: 0, stderr: "" });
  await here.plugins("disable", "convoy-watcher");

  const [file, ...leading] = GASTOWN;
  const child = spawn(file, [...leading, "plugins", "run", "convoy-watcher"], {
    cwd: here.town.dir,
    env: here.env,
  });
  onTestFinished(() => kill(child.pid, "SIGKILL"));
  child.stderr.destroy();
  await waitFor("running", () => runningHost(here.state("host.json"))?.phase === "running");
  kill(child.pid, "SIGUSR2");
  await waitFor("sweep on demand", () => read(here.state("host.log")).includes("trigger: on demand"));
  kill(child.pid, "SIGTERM");
  expect(await new Promise((resolve) => void child.once("exit", resolve))).toBe(0);
});

test("a handle that breaks the contract is told which rule it breaks, with a log that stays", async () => {
  const here = scene();
  installPlugin(
    here,
    "naive",
    'export default () => ({ name: "naive", apiVersion: 1, async start() { return { status: () => ({}) }; } });',
  );
  const { code, stderr } = await here.plugins("enable", "naive");
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^Error: it does not get ready: its start\(\) gives no handle of the contract: `done` is missing, and must be a promise\nHint: see (.*host\.log)\n$/,
  );
  expect((await here.plugins("logs", "naive")).stdout).toContain("`done` is missing");
  expect((await here.plugins("disable", "naive")).code).toBe(0);
  expect((await here.plugins("logs", "naive")).stdout).toContain("`done` is missing");
});

test("what a plugin throws at its start is in the log with where it was thrown", async () => {
  const here = scene();
  installPlugin(
    here,
    "thrower",
    'export default () => ({ name: "thrower", apiVersion: 1, start: async function mine() { null.x; } });',
  );
  const run = here.start("plugins", "run", "thrower");
  await waitFor("waiting", () => runningHost(here.state("host.json", "thrower"))?.phase === "waiting");
  expect(read(here.state("host.log", "thrower"))).toMatch(/TypeError: .* at \S*mine .*thrower\/index\.js:1:/);
  run.kill("SIGTERM");
  await run.ended;
});

test("TypeScript in node_modules, which Node does not run there, is refused in words", async () => {
  const here = scene();
  installPlugin(here, "typed", "export default () => ({});");
  const dir = join(here.town.dir, "node_modules", "typed");
  writeFileSync(join(dir, "index.ts"), "export default () => ({});");
  writeFileSync(join(dir, "package.json"), read(join(dir, "package.json")).replace("index.js", "index.ts"));
  const { code, stderr } = await here.plugins("enable", "typed");
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("is TypeScript, which Node") });
});

test("an upgrade of the plugin: status names it, and enable has the new one run", async () => {
  const here = scene();
  const plugin = (text: string): string =>
    `export default () => ({ name: "grows", apiVersion: 1, async start({ signal }) {
       const done = new Promise((resolve) => signal.addEventListener("abort", resolve));
       return { done, status: () => ({ summary: { says: "${text}" } }), [Symbol.asyncDispose]: async () => {} };
     } });`;
  installPlugin(here, "grows", plugin("old"));
  expect((await here.plugins("enable", "grows")).code).toBe(0);
  const first = runningHost(here.state("host.json", "grows"))?.pid;
  expect((await here.plugins("status", "grows")).stdout).toMatch(/says: +old\n/);
  installPlugin(here, "grows", plugin("new"));
  const manifest = join(here.town.dir, "node_modules", "grows", "package.json");
  writeFileSync(manifest, read(manifest).replace("1.0.0", "1.1.0"));
  expect((await here.plugins("status", "grows")).stdout).toContain(
    "! it runs 1.0.0, and 1.1.0 is installed: `gastown plugins restart grows`",
  );
  expect((await here.plugins("enable", "grows")).code).toBe(0);
  expect(runningHost(here.state("host.json", "grows"))?.pid).not.toBe(first);
  expect((await here.plugins("status", "grows")).stdout).toMatch(/says: +new\n/);

  rmSync(join(here.town.dir, "node_modules", "grows"), { recursive: true });
  const { stdout } = await here.plugins("status");
  expect(stdout).toContain("grows in ");
  expect(stdout).toContain("! its package is not installed any more");
  expect((await here.plugins("list")).stdout).toMatch(/^grows \[enabled, running\]\n {2}its package is not installed/m);
  expect((await here.plugins("disable", "grows")).code).toBe(0);
});

test("two plugins in one process hear each other; one that dies is started again and does not take the other down", async () => {
  const here = scene();
  mkdirSync(join(here.town.dir, "settings"), { recursive: true });
  writeFileSync(
    join(here.town.dir, "settings", "gastown.json"),
    JSON.stringify({
      onEvent: `cat >> '${join(here.root, "heard")}'; echo "$EVENT_TYPE/$EVENT_SUBJECT" >> '${join(here.root, "env")}'`,
    }),
  );
  installPlugin(
    here,
    "teller",
    `export default () => ({ name: "teller", apiVersion: 1, async start({ signal, emit, on }) {
       const off = on("asked", () => emit({ type: "answered", subject: "\\u001b[31mred", payload: { n: 1 } }));
       const done = new Promise((resolve) => signal.addEventListener("abort", resolve));
       return { done, status: () => ({}), [Symbol.asyncDispose]: async () => off() };
     } });`,
  );
  installPlugin(
    here,
    "asker",
    `export default () => ({ name: "asker", apiVersion: 1, async start({ emit, on, logger }) {
       on("answered", ({ payload }) => logger.info("heard " + payload.n));
       const done = (async () => { emit({ type: "asked" }); throw new Error("died"); })();
       done.catch(() => {});
       return { done, status: () => ({}), [Symbol.asyncDispose]: async () => {} };
     } });`,
  );
  const run = here.start("plugins", "run", "teller", "asker");
  await waitFor("both", () => runningHost(here.state("host.json", "asker"))?.phase === "waiting");
  expect(runningHost(here.state("host.json", "teller"))?.phase).toBe("running");
  expect(read(here.state("host.log", "asker"))).toContain("heard 1");
  const types = read(join(here.town.dir, ".runtime", "events.jsonl"))
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { type: string }).type);
  expect(types).toEqual(["asked", "answered"]);
  const shown = await here.start("events").ended;
  expect(shown.stdout).toMatch(/ asker asked\n.* teller answered red \{"n":1\}\n$/);
  const raw = await here.start("events", "--json").ended;
  expect(JSON.parse(raw.stdout.trim().split("\n")[1] ?? "")).toMatchObject({ plugin: "teller", payload: { n: 1 } });
  await waitFor(
    "the command",
    () => existsSync(join(here.root, "env")) && read(join(here.root, "env")).includes("answered/red"),
  );
  expect(read(join(here.root, "heard"))).toContain('"type":"asked"');
  run.kill("SIGTERM");
  expect((await run.ended).code).toBe(0);
});
