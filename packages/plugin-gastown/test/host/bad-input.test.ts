import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lockTown } from "@gastown/convoy-watcher/host";
import { waitFor } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { runningHost } from "../../src/host/host-note.ts";
import { refused } from "../support/refused.ts";
import { read, scene } from "../support/scene.ts";

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

test.each(["enable", "disable", "status", "run", "logs"])(
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

describe("settings that are broken", () => {
  test("says which key, which value, what is allowed", async () => {
    const here = scene();
    mkdirSync(join(here.town.dir, "settings"));
    writeFileSync(join(here.town.dir, "settings", "convoy-watcher.json"), '{"sweep": "often"}');
    expect(await refused(here)).toMatchInlineSnapshot(`
      "1 Error: TOWN/settings/convoy-watcher.json: "sweep" is "often"; allowed: a time with its unit, such as "500ms", "30s" or "2m", of at most "24h" and at least "100ms"
      Hint: fix the file or remove it; what it leaves out has its default
      "
    `);
  });

  test("a running plugin goes on with those it has; one that is started waits until they are mended", async () => {
    const { town, start, state, plugins } = scene();
    mkdirSync(join(town.dir, "settings"));
    writeFileSync(join(town.dir, "settings", "convoy-watcher.json"), "{");
    start("plugins", "run", "convoy-watcher");
    await waitFor("waiting", () => runningHost(state("host.json"))?.phase === "waiting");
    const { code, stdout } = await plugins("status", "convoy-watcher");
    expect(code).toBe(3);
    expect(stdout).toMatch(/running: +not now: next try at .*\n +why not: +.*convoy-watcher\.json: is not JSON/);
  });
});

test("another watcher holds the town: exit status 4, with its pid", async () => {
  const here = scene();
  const lock = await lockTown(here.town.dir, new Date());
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

test("interrupted: what it did stays, to be gone on with or disabled", async () => {
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
  await waitFor("start", () => runningHost(state("host.json", "slow"))?.phase === "starting");
  enabling.kill("SIGINT");
  const { code, stderr } = await enabling.ended;
  expect({ code, stderr }).toEqual({
    code: 130,
    stderr: "Error: interrupted by SIGINT\nHint: run it again: it goes on from there\n",
  });
  expect((await start("plugins", "status", "slow").ended).stdout).toMatch(/enabled: +yes/);
  expect((await start("plugins", "disable", "slow").ended).code).toBe(0);
  expect(runningHost(state("host.json", "slow"))).toBeUndefined();
  expect(tree()).toEqual(before);
});

test("what agents wrote reaches no terminal as it is", async () => {
  const { plugins, town, state } = scene();
  town.createConvoy({ title: "\u001B[31mred\u202E", tracks: [town.createIssue({ status: "closed" })] });
  await plugins("enable", "convoy-watcher");
  await waitFor("landing", () => read(state("host.log")).includes("landed"));
  const status = await waitFor("status", async () => {
    const { stdout } = await plugins("status");
    return stdout.includes('"red"') && stdout;
  });
  // eslint-disable-next-line no-control-regex
  expect(status + read(state("host.log"))).not.toMatch(/[\u001B\u202E]/);
});
