import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lockTown } from "@gastown/convoy-watcher";
import { describe, expect, onTestFinished, test } from "vitest";
import { runningHost } from "../../src/host/note.ts";
import { processIdentity } from "../../src/host/process-identity.ts";
import { GASTOWN, read, type Scene, scene } from "../support/scene.ts";
import { until } from "../support/until.ts";

/** Enables, and expects a fault that leaves everything as it was. */
async function refused({ plugins, tree, town, state }: Scene, ...args: readonly string[]): Promise<string> {
  const before = tree();
  const { code, stdout, stderr } = await plugins("enable", "convoy-watcher", ...args);
  expect(stdout).toBe("");
  expect(tree()).toEqual(before);
  expect(runningHost(state("host.json"))).toBeUndefined();
  return `${code} ${stderr.replaceAll(town.dir, "TOWN")}`;
}

describe("a place that is no town", () => {
  test("no directory", async () => {
    expect(await refused(scene(), "--town", "/nowhere")).toMatch(/^1 Error: there is no directory \/nowhere\nHint: /);
  });

  test("a directory without .beads", async () => {
    const here = scene();
    expect(await refused(here, "--town", here.root)).toMatch(
      /^1 Error: .* is not a town: it has no \.beads directory\nHint: /,
    );
  });

  test("a directory with .beads that gt takes for no town", async () => {
    const here = scene();
    rmSync(join(here.town.dir, "mayor", "town.json"));
    expect(await refused(here, "--town", here.town.dir)).toMatch(
      /^1 Error: TOWN is not a town of gt: it has no mayor\/town\.json\nHint: name the root/,
    );
  });
});

test.each(["enable", "disable", "status", "run"])(
  "%s: an unknown plugin, with those that are installed",
  async (command) => {
    const { plugins, tree } = scene();
    const before = tree();
    for (const name of ["convoy-wacher", "../../etc", ""]) {
      const { code, stderr } = await plugins(command, name);
      expect(stderr).toMatch(
        /^Error: no plugin ".*" is installed\nHint: installed: convoy-watcher; others are npm packages/,
      );
      expect(code).toBe(2);
    }
    expect(tree()).toEqual(before);
  },
);

test.each([
  [["enabel", "x"], "did you mean enable?"],
  [["enable", "convoy-watcher", "--supervisor", "cron"], "see gastown plugins --help"],
  [["enable", "convoy-watcher", "--forse"], "did you mean --force?"],
  [["enable"], "see gastown plugins --help"],
])("usage: %j", async (args, hint) => {
  const { code, stderr } = await scene().plugins(...args);
  expect(stderr).toMatch(/^Error: .*\nHint: /);
  expect(stderr).toContain(hint);
  expect(code).toBe(2);
});

describe("a plugins/convoy-watcher that is not ours", () => {
  const FOREIGN: readonly (readonly [string, (dir: string) => void])[] = [
    ["a directory", (dir) => (mkdirSync(dir), writeFileSync(join(dir, "plugin.md"), "mine"))],
    [
      "a directory with a config.json",
      (dir) => (mkdirSync(dir), writeFileSync(join(dir, "config.json"), '{"managedBy":"me"}')),
    ],
    ["a file", (dir) => writeFileSync(dir, "mine")],
    ["a symlink", (dir) => symlinkSync("/etc", dir)],
    ["a symlink to nowhere", (dir) => symlinkSync("/nowhere", dir)],
  ];

  test.each(FOREIGN)("%s is left alone", async (_, make) => {
    const here = scene();
    mkdirSync(join(here.town.dir, "plugins"));
    make(join(here.town.dir, "plugins", "convoy-watcher"));
    expect(await refused(here)).toMatch(
      /^1 Error: TOWN\/plugins\/convoy-watcher is there already, and was not written/,
    );
    const { code, stderr } = await here.plugins("disable", "convoy-watcher");
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("was not written by this program"),
    });
  });

  test.each(FOREIGN)("%s is put aside with --force, and nothing of it is lost", async (_, make) => {
    const here = scene();
    const plugins = join(here.town.dir, "plugins");
    mkdirSync(plugins);
    make(join(plugins, "convoy-watcher"));
    const { code, stdout } = await here.plugins("enable", "convoy-watcher", "--force");
    expect(code).toBe(0);
    const aside = /what was there before is in (\S+)/.exec(stdout)?.[1] ?? "";
    expect(readdirSync(plugins)).toContain(aside.slice(plugins.length + 1));
    await here.plugins("disable", "convoy-watcher");
    expect(readdirSync(plugins)).toEqual([aside.slice(plugins.length + 1)]);
  });

  test("is put back when a later step fails", async () => {
    const here = scene();
    const dir = join(here.town.dir, "plugins", "convoy-watcher");
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, "plugin.md"), "mine");
    rmSync(join(here.bin, "gt"));
    expect(await refused(here, "--force")).toMatch(/^1 Error: it does not get ready: gt is not on PATH\nHint: /);
    expect(read(join(dir, "plugin.md"))).toBe("mine");
  });

  test("files of others in our directory stay when it is disabled", async () => {
    const { plugins, town } = scene();
    await plugins("enable", "convoy-watcher");
    const dir = join(town.dir, "plugins", "convoy-watcher");
    writeFileSync(join(dir, "NOTES.md"), "mine");
    const { stdout } = await plugins("disable", "convoy-watcher");
    expect(stdout).toContain("holds files that are not ours: they stay");
    expect(readdirSync(dir)).toEqual(["NOTES.md"]);
  });
});

describe("settings that are broken", () => {
  test("says which key, which value, what is allowed", async () => {
    const here = scene();
    mkdirSync(join(here.town.dir, "settings"));
    writeFileSync(join(here.town.dir, "settings", "convoy-watcher.json"), '{"sweep": "often"}');
    expect(await refused(here)).toMatchInlineSnapshot(`
      "1 Error: TOWN/settings/convoy-watcher.json: "sweep" is "often"; allowed: a time with its unit, such as "500ms", "30s" or "2m", of at most "24h" and at least "100ms"
      Hint: mend the file, or remove it: what it leaves out has its default
      "
    `);
  });

  test("a running plugin goes on with those it has; one that is started waits until they are mended", async () => {
    const { town, start, state, plugins } = scene();
    mkdirSync(join(town.dir, "settings"));
    writeFileSync(join(town.dir, "settings", "convoy-watcher.json"), "{");
    start("plugins", "run", "convoy-watcher");
    await until("waiting", () => runningHost(state("host.json"))?.phase === "waiting");
    const { code, stdout } = await plugins("status", "convoy-watcher");
    expect(code).toBe(3);
    expect(stdout).toMatch(/running: +not now: next try at .*\n +why not: +.*convoy-watcher\.json: is not JSON/);
  });
});

test("another watcher holds the town: exit status 4, with its pid", async () => {
  const here = scene();
  const lock = lockTown(here.town.dir, new Date());
  onTestFinished(() => lock.release());
  expect(await refused(here)).toMatch(
    new RegExp(`^4 Error: the watcher with pid ${process.pid} \\(since .*\\) holds TOWN\nHint: `),
  );
});

test("a supervisor that is not there: says why, and which one needs nothing", async () => {
  expect(await refused(scene(), "--supervisor", "systemd")).toMatch(
    /^1 Error: the supervisor systemd cannot be used here: .*no bus here\nHint: .*--supervisor detached/,
  );
});

test("interrupted: takes back what it did", async () => {
  const { town, tree, start, state } = scene();
  const dir = join(town.dir, "node_modules", "slow");
  mkdirSync(dir, { recursive: true });
  writeFileSync(
    join(dir, "package.json"),
    '{"name":"slow","version":"1.0.0","type":"module","keywords":["gastown-plugin"],"gastown":{"name":"slow","plugin":"./index.js"}}',
  );
  writeFileSync(
    join(dir, "index.js"),
    `export default () => ({ name: "slow", apiVersion: 1, start: ({ signal }) => new Promise((_, reject) => {
       const timer = setInterval(() => {}, 1000);
       signal.addEventListener("abort", () => { clearInterval(timer); reject(signal.reason); });
     }) });`,
  );
  const before = tree();
  const enabling = start("plugins", "enable", "slow");
  await until("start", () => runningHost(state("host.json", "slow"))?.phase === "starting");
  enabling.kill("SIGINT");
  const { code, stderr } = await enabling.ended;
  expect({ code, stderr }).toEqual({
    code: 130,
    stderr: "Error: interrupted by SIGINT: nothing was changed\nHint: run it again\n",
  });
  expect(runningHost(state("host.json", "slow"))).toBeUndefined();
  expect(tree()).toEqual(before);
});

/** Runs a script as root of a mount namespace of its own; why not, where the system forbids that. */
const inNamespace = (script: string, env: NodeJS.ProcessEnv): ReturnType<typeof spawnSync> =>
  spawnSync("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", script], { env, encoding: "utf8" });
const namespaces = inNamespace("mount -t tmpfs tmpfs /mnt", process.env).status === 0;

// Needs mounts of its own, which need Linux and user namespaces.
describe.skipIf(!namespaces)("a disk that cannot be written (in a mount namespace)", () => {
  const quote = (word: string): string => `'${word}'`;

  test("a town on a read-only file system: nothing is left, the fault is named", () => {
    const { town, env, tree } = scene();
    const before = tree();
    const enable = [...GASTOWN, "plugins", "enable", "convoy-watcher"].map(quote).join(" ");
    const script = `mount --bind ${town.dir} ${town.dir} && mount -o remount,bind,ro ${town.dir} && cd ${town.dir} && ${enable}`;
    const { status, stderr } = inNamespace(script, env);
    expect(String(stderr)).toMatch(/^Error: .*\.runtime\/convoy-watcher cannot be written: EROFS.*\nHint: /);
    expect(status).toBe(1);
    expect(tree()).toEqual(before);
  });

  test.each(["settings", "plugins", ".runtime"])("a full disk at %s: nothing is left, the fault is named", (place) => {
    const { town, env, tree, state } = scene();
    mkdirSync(join(town.dir, place));
    const before = tree();
    const enable = [...GASTOWN, "plugins", "enable", "convoy-watcher"].map(quote).join(" ");
    const full = join(town.dir, place);
    const script = `mount -t tmpfs -o size=4k,nr_inodes=20 tmpfs ${full} && head -c 4096 /dev/zero > ${full}/filler && cd ${town.dir} && { ${enable}; code=$?; find ${full} -mindepth 1; exit $code; }`;
    const { status, stderr, stdout } = inNamespace(script, env);
    expect(String(stderr)).toMatch(
      /^Error: .*(cannot be written|does not start): .*(ENOSPC|disk is full|disk I\/O).*\nHint: /s,
    );
    expect(status).toBe(1);
    expect(String(stdout).trim()).toBe(join(full, "filler"));
    expect(tree()).toEqual(before);
    expect(runningHost(state("host.json"))).toBeUndefined();
  });
});

describe("a note of a process that is not ours", () => {
  /** A process that has nothing to do with us. */
  function bystander(): ChildProcess & { readonly pid: number } {
    const child = spawn("sleep", ["60"], { stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child as ChildProcess & { readonly pid: number };
  }

  const note = (pid: number, identity: string): string =>
    JSON.stringify({
      plugin: "convoy-watcher",
      pid,
      identity,
      version: "0.1.0",
      since: "2026-01-01T00:00:00Z",
      phase: "running",
      settings: "",
      restarts: 0,
    });

  test("a stale pid: enabled again, disabled again", async () => {
    const { plugins, state, tree } = scene();
    const before = tree();
    const gone = bystander();
    const identity = processIdentity(gone.pid) ?? "";
    gone.kill("SIGKILL");
    await until("end", () => processIdentity(gone.pid) === undefined);
    mkdirSync(state("."), { recursive: true });
    writeFileSync(state("host.json"), note(gone.pid, identity));
    writeFileSync(state("watcher.pid"), JSON.stringify({ pid: gone.pid, since: "2026-01-01T00:00:00Z" }));
    expect((await plugins("status")).code).toBe(3);
    expect((await plugins("enable", "convoy-watcher")).code).toBe(0);
    expect(runningHost(state("host.json"))?.phase).toBe("running");
    await plugins("disable", "convoy-watcher");
    expect(tree().filter((path) => !path.startsWith(".runtime"))).toEqual(before);
  });

  test.each(["enable", "disable"])(
    "a pid that belongs to another by now: %s leaves that one alone",
    async (command) => {
      const { plugins, state } = scene();
      const other = bystander();
      await plugins("enable", "convoy-watcher");
      const ours = runningHost(state("host.json"));
      process.kill(ours?.pid ?? 0, "SIGKILL");
      await until("end", () => runningHost(state("host.json")) === undefined);
      writeFileSync(state("host.json"), note(other.pid, ours?.identity ?? ""));
      writeFileSync(state("watcher.pid"), JSON.stringify({ pid: other.pid, since: "2026-01-01T00:00:00Z" }));
      expect((await plugins("status")).code).toBe(3);
      const { code, stdout, stderr } = await plugins(command, "convoy-watcher");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).not.toContain(String(other.pid));
      expect(processIdentity(other.pid)).toBeDefined();
      expect(other.signalCode).toBeNull();
    },
  );

  test.each(["", "{", "[]", '{"pid":1}', '{"pid":-1,"identity":"x","since":"y","phase":"running"}', '{"pid":"12"}'])(
    "a note that says %j counts as none",
    async (text) => {
      const { plugins, state } = scene();
      mkdirSync(state("."), { recursive: true });
      writeFileSync(state("host.json"), text);
      expect((await plugins("status")).code).toBe(3);
      expect((await plugins("disable", "convoy-watcher")).code).toBe(0);
    },
  );
});

test("what agents wrote reaches no terminal as it is", async () => {
  const { plugins, town, state } = scene();
  town.createConvoy({ title: "\u001B[31mred\u202E", tracks: [town.createIssue({ status: "closed" })] });
  await plugins("enable", "convoy-watcher");
  await until("landing", () => read(state("host.log")).includes("landed"));
  const status = await until("status", async () => {
    const { stdout } = await plugins("status");
    return stdout.includes('"red"') && stdout;
  });
  // eslint-disable-next-line no-control-regex
  expect(status + read(state("host.log"))).not.toMatch(/[\u001B\u202E]/);
});
