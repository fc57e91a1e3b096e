import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Check } from "../../src/doctor/check.ts";
import { checkRuntime } from "../../src/doctor/runtime.ts";
import { hasActivity } from "../../src/doctor/tools.ts";
import { lookJson } from "../support/look.ts";
import { kill } from "../support/processes.ts";
import { CLI } from "../support/running-cli.ts";
import { scene, type Scene, stage, TWO_RIGS } from "../support/scene.ts";
import { everyState, ID } from "../support/towns.ts";

interface Report {
  readonly town: string | null;
  readonly healthy: boolean;
  readonly counts: Record<Check["level"], number>;
  readonly checks: readonly (Check & { readonly hint?: string })[];
}

/** What is not good, as `group/name level: fact`. */
async function faults(of: Pick<Scene, "run">, ...args: string[]): Promise<string[]> {
  const { checks } = await lookJson<Report>(of, "doctor", ...args);
  return checks
    .filter(({ level }) => level !== "good")
    .map(({ group, name, level, fact }) => `${group}/${name} ${level}: ${fact}`);
}

/** A daemon of bd, as far as the doctor can tell. */
function listen(beadsDir: string): void {
  const server = createServer().listen(join(beadsDir, "bd.sock"));
  onTestFinished(() => void server.close());
}

/** A town in which nothing is to be found. */
async function healthy(): Promise<Scene> {
  const made = scene();
  for (const rig of [undefined, "alpha", "beta"]) listen(made.town.beadsDir(rig));
  await made.watch();
  return made;
}

it("finds nothing in a town that is well, and succeeds", async () => {
  const well = await healthy();
  const { code, stdout, stderr } = await well.run(["doctor"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(
    stdout
      .replaceAll(well.root, "ROOT")
      .replace(process.versions.node, "VERSION")
      .replace(/pid \d+, since \d+ s/, "pid PID, since N s"),
  ).toMatchInlineSnapshot(`
    "Runtime
      ✓ Node  VERSION
    Town
      ✓ root       ROOT/town
      ✓ own files  ROOT/town/.runtime/convoy-watcher
      ✓ settings   all defaults
    Databases
      ✓ town   SQLite, .beads/beads.db
      ✓ alpha  SQLite, alpha/.beads/beads.db
      ✓ beta   SQLite, beta/.beads/beads.db
    Routes
      ✓ hq-  leads to the town
      ✓ al-  leads to alpha
      ✓ be-  leads to beta
    Tools
      ✓ bd  bd version 0.47.1 (stand-in), ROOT/bin/bd
      ✓ gt  gt version 0.2.6 (stand-in), ROOT/bin/gt
    Daemons
      ✓ town   its daemon answers
      ✓ alpha  its daemon answers
      ✓ beta   its daemon answers
    Watcher
      ✓ watcher  pid PID, since N s
      ✓ rival    none: no gt daemon is running
    Convoys
      ✓ convoys  0 open convoys, and nothing is the matter with them

    18 good, 0 notes, 0 wrong
    "
  `);
  expect(await lookJson<Report>(well, "doctor")).toMatchObject({
    town: well.town.dir,
    healthy: true,
    counts: { note: 0, wrong: 0 },
  });
  expect(await well.run(["doctor", "-q"])).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

it("finds the convoys that are not as they should be, and exits with 3", async () => {
  const made = everyState();
  expect((await made.run(["doctor", "--json"])).code).toBe(3);
  const found = (await faults(made)).filter((fault) => fault.startsWith("convoys/"));
  expect(found.map((fault) => fault.replace(/\d+ s/, "N s"))).toEqual([
    `convoys/${ID.complete} wrong: is complete (1 of 1) and still open`,
    `convoys/${ID.lost} wrong: cannot be judged: no route leads to gh-zzz`,
    `convoys/${ID.reopened} wrong: is closed, but tracks what is open again: al-back (alpha, N s)`,
  ]);
});

it("does not take a convoy that was closed over an open issue on purpose for one with an issue reopened", async () => {
  const made = await healthy();
  const issue = made.town.createIssue({ id: "al-open" });
  const convoy = made.town.createConvoy({ tracks: [issue] });
  made.town.close(convoy);
  expect(await faults(made)).toEqual([]);
});

it("finds tools that are not on PATH, and where they are", async () => {
  const made = scene();
  mkdirSync(join(made.root, "go"));
  renameSync(made.bin, join(made.root, "go/elsewhere"));
  const env = { ...made.env, PATH: "/usr/bin:/bin" };
  const run: Scene["run"] = (args) => made.run(args, { env });
  expect((await faults({ run })).filter((fault) => fault.startsWith("tools/"))).toEqual([
    "tools/bd wrong: is not on PATH: gt closes convoys with it",
    "tools/gt wrong: is not on PATH: only gt can close a convoy and tell people",
  ]);
  renameSync(join(made.root, "go/elsewhere"), join(made.root, "go/bin"));
  const { checks } = await lookJson<Report>({ run }, "doctor");
  expect(checks.find(({ name }) => name === "gt")).toMatchObject({
    fact: `is not on PATH, but at ${made.root}/go/bin/gt: only gt can close a convoy and tell people`,
    hint: `add its directory to PATH, or run with --gt ${made.root}/go/bin/gt`,
  });
});

it("finds a tool that was named and is not there, and one that does not work", async () => {
  const made = scene();
  expect(await faults(made, "--gt", "/nowhere/gt")).toContain("tools/gt wrong: there is no program /nowhere/gt");
  writeFileSync(join(made.bin, "gt"), "#!/bin/sh\necho broken >&2\nexit 7\n");
  expect(await faults(made)).toContain(`tools/gt wrong: ${made.bin}/gt does not tell its version: broken`);
});

it.each([
  ["0.41.0", "cannot follow a whole town"],
  ["0.50.0", "has no `activity`"],
  ["1.0.5", "has no `activity`"],
])("notes that bd %s %s, and asks no daemon then", async (version, what) => {
  const made = scene();
  made.control.set({ bd: { version } });
  const found = await faults(made);
  expect(found.find((fault) => fault.startsWith("tools/bd activity note"))).toContain(what);
  expect(found.some((fault) => fault.startsWith("daemons/"))).toBe(false);
});

it("knows which versions of bd can be followed", () => {
  const versions = [
    [0, 41, 9],
    [0, 42, 0],
    [0, 49, 6],
    [0, 50, 0],
    [1, 0, 0],
  ] as const;
  expect(versions.map(hasActivity)).toEqual([false, true, true, false, false]);
});

it("finds routes that lead nowhere, lines that say nothing, and prefixes that lead two ways", async () => {
  const made = scene({ ...TWO_RIGS, routes: "" });
  mkdirSync(join(made.town.dir, "bare"));
  const lines = [
    '{"prefix":"hq-","path":"."}',
    '{"prefix":"gh-","path":"gone"}',
    "oops",
    '{"prefix":"ba-","path":"bare"}',
    '{"prefix":"al-","path":"alpha"}',
    '{"prefix":"al-","path":"beta"}',
  ];
  writeFileSync(join(made.town.dir, ".beads/routes.jsonl"), lines.join("\n"));
  expect((await faults(made)).filter((fault) => fault.startsWith("routes/"))).toEqual([
    "routes/line 3 wrong: is left out: not JSON",
    `routes/gh- wrong: leads nowhere: there is no directory ${made.town.dir}/gone`,
    "routes/ba- wrong: leads to bare, which has no .beads",
    "routes/al- note: leads to beta, but an earlier line leads to alpha, and counts",
  ]);
  rmSync(join(made.town.dir, ".beads/routes.jsonl"));
  expect(await faults(made)).toContain(
    "routes/routes.jsonl note: there is none: only issues of the town itself can be judged",
  );
});

it("finds databases that are missing, damaged or empty", async () => {
  const made = scene();
  rmSync(made.town.db("alpha"));
  writeFileSync(made.town.db("beta"), "this is no database, and never was one");
  expect((await faults(made)).filter((fault) => fault.startsWith("databases/"))).toEqual([
    `databases/alpha wrong: ${made.town.db("alpha")} cannot be read: there is no database`,
    `databases/beta wrong: ${made.town.db("beta")} cannot be read: it is damaged, or not a SQLite database`,
  ]);
});

it("finds a database that has gone to Dolt where no server answers", async () => {
  const made = scene({ rigs: { alpha: { prefix: "al", backend: "dolt" } } });
  const [found] = (await faults(made)).filter((fault) => fault.startsWith("databases/"));
  expect(found).toMatch(/^databases\/alpha wrong: /);
});

it("finds daemons that are down, and what they left behind", async () => {
  const made = scene();
  listen(made.town.beadsDir());
  writeFileSync(join(made.town.beadsDir("beta"), "bd.sock"), "");
  expect((await faults(made)).filter((fault) => fault.startsWith("daemons/"))).toEqual([
    "daemons/down note: no daemon is running for alpha",
    "daemons/down note: no daemon is running for beta, and left a socket behind",
  ]);
});

it("finds sockets that are too long for bd activity", async () => {
  const path = `rig/${"long".repeat(20)}`;
  const made = scene({ rigs: { far: { prefix: "fa", path } } });
  expect((await faults(made)).filter((fault) => fault.startsWith("daemons/rig"))).toEqual([
    expect.stringMatching(/note: the path of its socket has \d+ bytes, and bd activity finds none beyond 103: /),
  ]);
});

it("finds that no watcher runs, or that one was killed, or that one of its sources is down", async () => {
  const made = scene();
  expect(await faults(made)).toContain("watcher/watcher note: none is running");
  const watcher = await made.watch();
  kill(watcher.pid);
  await watcher.ended;
  expect(await faults(made)).toContain(
    `watcher/watcher note: the one with pid ${watcher.pid} was killed; its lock is stale, and free`,
  );
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

it("finds settings that cannot be used, and uses those that can", async () => {
  const made = scene();
  const file = join(made.town.dir, "settings/convoy-watcher.json");
  mkdirSync(dirname(file));
  writeFileSync(file, '{"sweep": 30}');
  expect((await faults(made))[0]).toMatch(/^town\/settings wrong: .*"sweep" is 30; allowed: a time with its unit/);
  writeFileSync(file, '{"gt": "/nowhere/gt", "grace": "1s"}');
  const { checks } = await lookJson<Report>(made, "doctor");
  expect(checks.find(({ name }) => name === "settings")?.fact).toBe(`grace, gt, from ${file}`);
  expect(await faults(made)).toContain("tools/gt wrong: there is no program /nowhere/gt");
});

it("finds what a running watcher is stuck on", async () => {
  const made = scene();
  made.control.set({ gt: { mode: "fails", stderr: "the mayor is asleep" } });
  const issue = made.town.createIssue({ id: "al-1" });
  made.town.close(issue);
  made.town.createConvoy({ id: "hq-cv-stuck", tracks: [issue] });
  await (await made.watch()).record("stuck");
  await expect
    .poll(() => faults(made), { timeout: 20_000 })
    .toContainEqual(expect.stringMatching(/^convoys\/hq-cv-stuck wrong: is stuck after 3 attempts; gt said: .*asleep/));
});

it("finds a town that is none, and looks at the rest all the same", async () => {
  const nowhere = stage();
  const { town, healthy: well, checks } = await lookJson<Report>(nowhere, "doctor");
  expect({ town, well, groups: [...new Set(checks.map(({ group }) => group))] }).toEqual({
    town: null,
    well: false,
    groups: ["runtime", "town", "tools"],
  });
  expect(await faults(nowhere, "--town", "/nowhere")).toEqual(["town/town wrong: there is no directory /nowhere"]);
});

it.skipIf(process.platform === "win32" || process.getuid?.() === undefined)(
  "finds files that this user may not read or write (not on Windows)",
  async () => {
    const made = scene();
    const runtime = join(made.town.dir, ".runtime");
    mkdirSync(runtime);
    const asRoot = process.getuid?.() === 0;
    for (let dir = made.town.dir; dir !== dirname(made.root); dir = dirname(dir)) chmodSync(dir, 0o755);
    chmodSync(made.town.db("alpha"), 0o000);
    if (asRoot) chownSync(made.town.db("alpha"), 0, 0);
    chmodSync(runtime, 0o555);
    const { stdout } = spawnSync(process.execPath, [CLI, "doctor", "--json"], {
      cwd: made.town.dir,
      env: made.env,
      encoding: "utf8",
      ...(asRoot && { uid: 65_534, gid: 65_534 }),
    });
    const { checks } = JSON.parse(stdout) as Report;
    const wrong = checks
      .filter(({ level }) => level === "wrong")
      .map(({ group, name, fact }) => `${group}/${name}: ${fact}`);
    expect(wrong.find((fault) => fault.startsWith("town/own files"))).toContain(`${runtime} cannot be written`);
    expect(wrong.find((fault) => fault.startsWith("databases/alpha"))).toContain("cannot be read");
    chmodSync(runtime, 0o755);
  },
);

it("finds a runtime that is too old", () => {
  expect(checkRuntime({ node: "20.11.1" })).toEqual([
    { name: "Node", level: "wrong", fact: "20.11.1 is too old", hint: "install Node 22.14 or newer" },
  ]);
  const levels = [
    { node: "22.13.1" },
    { node: "22.14.0" },
    { node: "24.0.0", deno: "2.8.9" },
    { node: "24.0.0", deno: "2.9.0" },
    { node: "26.0.0", bun: "1.3.9" },
    { node: "26.0.0", bun: "1.4.5" },
  ];
  expect(levels.map((versions) => checkRuntime(versions)[0]?.level)).toEqual([
    "wrong",
    "good",
    "wrong",
    "good",
    "wrong",
    "good",
  ]);
});
