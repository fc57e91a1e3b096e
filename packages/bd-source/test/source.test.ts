import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toolEnvironment } from "@gastown/process";
import {
  activityLine,
  buildTown,
  installStandIns,
  isAlive,
  shellProgram,
  type StandIns,
  tempDir,
  type Town,
  until,
} from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { startSource } from "./support/sourcing.ts";

interface Setting extends StandIns {
  readonly dir: string;
  readonly town: Town;
}

function setting(): Setting {
  const dir = tempDir(onTestFinished).path;
  const town = buildTown(join(dir, "town"), { rigs: { alpha: { prefix: "al" } } });
  return { dir, town, ...installStandIns(join(dir, "bin")) };
}

const identity = (file: string): string => {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? "missing" : `${stat.ino}:${stat.size}:${stat.mtimeMs}`;
};

describe("bd activity as a source", () => {
  test("is started as it has to be: arguments, directory, and nothing that leads it astray", async () => {
    const { town, bd, control } = setting();
    const env = toolEnvironment({
      ...process.env,
      BEADS_DIR: "/elsewhere",
      BEADS_DB: "/else.db",
      BD_JSON_ENVELOPE: "1",
    });
    const source = startSource({ town: town.dir, bd: () => bd, env });
    const [call] = await until(() => (control.calls("bd").length > 0 ? control.calls("bd") : undefined));
    expect(call).toMatchObject({ argv: ["activity", "--follow", "--town", "--json"], cwd: town.dir, env: {} });
    expect(source.hints[0]).toEqual({ kind: "sweep", reason: "the stream starts" });
  });

  test("tells closes, deletions and reopenings, and leaves the rest be", async () => {
    const { town, bd, control } = setting();
    control.set({ bd: { intervalMs: 20 } });
    for (const id of ["al-a", "al-b", "al-c"]) town.createIssue({ id });
    const source = startSource({ town: town.dir, bd: () => bd });
    await until(() => control.calls("bd").length > 0);
    town.setStatus("al-a", "in_progress", { feed: true });
    town.close("al-a", { feed: true });
    town.tombstone("al-b", { feed: true });
    town.reopen("al-a", { feed: true });
    await source.hint("issues", ({ changes }) => changes.some(({ reopened }) => reopened === true));
    const changes = source.hints.flatMap((hint) => (hint.kind === "issues" ? hint.changes : []));
    expect(new Set(changes.map(({ issue }) => issue))).toEqual(new Set(["al-a", "al-b"]));
    expect(changes.find(({ issue }) => issue === "al-b")).toMatchObject({
      closed: true,
      stamp: expect.stringMatching(/^\d{4}-/),
    });
    expect(source.hints.find((hint) => hint.kind === "state")).toEqual({ kind: "state", state: "up" });
  });

  test("is up when it has been silent for two seconds", async () => {
    const { town, bd, control } = setting();
    control.set({ bd: { activity: "silent" } });
    const source = startSource({ town: town.dir, bd: () => bd });
    await until(() => control.calls("bd").length > 0);
    await source.clock.advance(1_999);
    expect(source.count("state")).toBe(0);
    const sweeps = source.count("sweep");
    await source.clock.advance(1);
    expect(await source.hint("state")).toEqual({ kind: "state", state: "up" });
    await until(() => source.count("sweep") === sweeps + 1);
  });

  test("that ends at once, over and over, asks for one sweep in all: what is missed is found by the sweeps there are", async () => {
    const { dir, town } = setting();
    const bd = shellProgram(dir, "failing", "echo run >> runs; echo 'Error: no rig daemons running' >&2; exit 1");
    const source = startSource({ town: town.dir, bd: () => bd });
    const runs = (): number =>
      existsSync(join(town.dir, "runs")) ? readFileSync(join(town.dir, "runs"), "utf8").split("\n").length - 1 : 0;
    for (let nth = 1; nth <= 5; nth += 1) {
      // The pause before the next start, and no longer the wait after which a silent one counts as connected.
      await until(() => runs() === nth && String(source.clock.sleeping) === "50");
      await source.clock.advance(50);
    }
    expect(source.count("sweep")).toBe(1);
  });

  test("is not started where no rig has a daemon, and is as soon as one has", async () => {
    const { town, bd, control } = setting();
    let daemons = false;
    const source = startSource({ town: town.dir, bd: () => bd, hasDaemons: async () => daemons });
    expect(await source.hint("state")).toMatchObject({
      state: "unavailable",
      detail: expect.stringContaining("daemon"),
    });
    await until(() => source.clock.sleeping.length === 1);
    await source.clock.advance(3_600_000);
    expect([control.calls("bd").length, source.count("sweep"), source.count("state")]).toEqual([0, 0, 1]);
    daemons = true;
    await source.clock.advance(5_000);
    await until(() => control.calls("bd").length === 1);
  });

  test("is told to start no daemon itself, and says which process it is", async () => {
    const { dir, town } = setting();
    const bd = shellProgram(dir, "saying", 'echo "$BEADS_AUTO_START_DAEMON" > auto; echo $$ > pid; sleep 60');
    const runs: (number | undefined)[] = [];
    const source = startSource({ town: town.dir, bd: () => bd, onRun: (pid) => runs.push(pid) });
    await until(() => existsSync(join(town.dir, "pid")) && readFileSync(join(town.dir, "pid"), "utf8").endsWith("\n"));
    expect(readFileSync(join(town.dir, "auto"), "utf8")).toBe("false\n");
    await source.stop();
    expect(runs).toEqual([Number(readFileSync(join(town.dir, "pid"), "utf8")), undefined]);
  });

  test("survives lines that are no events and one of 5 MB, and counts them", async () => {
    const { dir, town, bd, control } = setting();
    const file = join(dir, "raw");
    const event = activityLine({ type: "status", id: "al-a", time: 1n, oldStatus: "open", newStatus: "closed" });
    writeFileSync(
      file,
      Buffer.concat([
        Buffer.from("Warning: x\n{\n[1]\n"),
        Buffer.alloc(5_000_000, 120),
        Buffer.from("\n"),
        Buffer.from(event),
        Buffer.from([0xff, 0xfe, 0x0a]),
      ]),
    );
    control.set({ bd: { activity: "raw", raw: { file } } });
    const source = startSource({ town: town.dir, bd: () => bd });
    expect(await source.hint("issues")).toMatchObject({ changes: [{ issue: "al-a", closed: true }] });
    const warnings = source.hints.flatMap((hint) => (hint.kind === "warning" ? [hint.message] : []));
    expect(warnings.length).toBeGreaterThan(0);
    expect(warnings.join("\n")).toMatch(/line\(s\) that are not events/);
  });

  test("keeps no more than the limit of a line that never ends", async () => {
    const { dir, town } = setting();
    const bd = shellProgram(
      dir,
      "endless",
      'echo $$ > pid; head -c 300000000 /dev/zero; echo; echo \'{"type":"delete","issue_id":"al-a"}\'; sleep 60',
    );
    const before = process.memoryUsage().rss;
    const source = startSource({ town: town.dir, bd: () => bd });
    await source.hint("issues");
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });

  test("tells the last lines of stderr when it ends", async () => {
    const { dir, town } = setting();
    const bd = shellProgram(dir, "failing", "seq 1 5 >&2; echo 'Error: no rig daemons running' >&2; exit 1");
    const source = startSource({ town: town.dir, bd: () => bd });
    expect(await source.hint("state")).toEqual({
      kind: "state",
      state: "down",
      detail: "bd activity ended with exit status 1: 4 / 5 / Error: no rig daemons running",
    });
  });

  test("without the command is unavailable, not hammered, and taken up again when bd is replaced", async () => {
    const { dir, town, bd, control } = setting();
    control.set({ bd: { activity: "unknown" } });
    const source = startSource({ town: town.dir, bd: () => bd, identity });
    expect(await source.hint("state")).toMatchObject({
      state: "unavailable",
      detail: expect.stringContaining("activity"),
    });
    await until(() => source.clock.sleeping.length === 1);
    await source.clock.advance(3_600_000);
    expect(control.calls("bd")).toHaveLength(1);
    const sweeps = source.count("sweep");
    control.set({ bd: { activity: "silent" } });
    installStandIns(join(dir, "bin"));
    await source.clock.advance(30_000);
    await until(() => control.calls("bd").length === 2);
    await source.clock.advance(2_000);
    await until(() => source.count("sweep") === sweeps + 1);
  });

  test("without the command is taken up again when another bd comes first on PATH", async () => {
    const { dir, town, bd, control } = setting();
    control.set({ bd: { activity: "unknown" } });
    let path = bd;
    const source = startSource({ town: town.dir, bd: () => path, identity });
    await source.hint("state", ({ state }) => state === "unavailable");
    path = shellProgram(dir, "newer", "echo $$ > newer.pid; sleep 60");
    await until(() => source.clock.sleeping.length === 1);
    await source.clock.advance(30_000);
    await until(() => existsSync(join(town.dir, "newer.pid")));
    await source.clock.advance(2_000);
    expect(await source.hint("state", ({ state }) => state === "up")).toBeDefined();
    await until(() => source.count("sweep") === 2);
  });

  test("that is missing is unavailable, and started when it is installed later", async () => {
    const { town, bd, control } = setting();
    const installed: string[] = [];
    const source = startSource({ town: town.dir, bd: () => installed[0] });
    expect(await source.hint("state")).toEqual({ kind: "state", state: "unavailable", detail: "bd is not on PATH" });
    expect(source.count("sweep")).toBe(0);
    installed.push(bd);
    await until(() => source.clock.sleeping.length === 1);
    await source.clock.advance(30_000);
    await until(() => control.calls("bd").length === 1);
  });

  test("that vanishes between the look and the start is down, and tried again", async () => {
    const { dir, town } = setting();
    const bd = shellProgram(dir, "gone", "sleep 60");
    rmSync(bd);
    const source = startSource({ town: town.dir, bd: () => bd });
    expect(await source.hint("state")).toEqual({ kind: "state", state: "down", detail: "bd is not where it was" });
    await until(() => source.clock.sleeping.length === 1);
    expect(source.clock.sleeping).toEqual([50]);
  });

  test("is started anew when it is doubted, but only once it has run for a minute", async () => {
    const { town, bd, control } = setting();
    control.set({ bd: { activity: "silent" } });
    const source = startSource({ town: town.dir, bd: () => bd });
    const [first] = await until(() => (control.calls("bd").length === 1 ? control.calls("bd") : undefined));
    await source.clock.advance(59_999);
    source.doubt();
    await source.clock.advance(0);
    expect(isAlive(first?.pid ?? 0)).toBe(true);
    await source.clock.advance(1);
    source.doubt();
    await until(() => control.calls("bd").length === 2);
    expect(isAlive(first?.pid ?? 0)).toBe(false);
    expect(source.count("sweep")).toBe(2);
    source.doubt();
    await source.clock.advance(1_000);
    expect(control.calls("bd")).toHaveLength(2);
  });
});

describe("when the source is stopped, nothing is left of", () => {
  test.for([
    ["a child that ends by SIGTERM", {}],
    ["a child that ignores SIGTERM", { ignoreSigterm: true }],
    ["a grandchild that holds stdout", { grandchild: true }],
    ["a child that ignores SIGTERM and its grandchild", { ignoreSigterm: true, grandchild: true }],
  ] as const)("%s", async ([, bdControl]) => {
    const { town, bd, control } = setting();
    control.set({ bd: { activity: "silent", ...bdControl } });
    const source = startSource({ town: town.dir, bd: () => bd });
    const wanted = "grandchild" in bdControl ? 1 : 0;
    const call = await until(() => control.calls("bd").find(({ children }) => children.length === wanted));
    await source.clock.advance(2_000);
    await source.stop();
    for (const pid of [call.pid, ...call.children]) await until(() => !isAlive(pid));
    expect(source.clock.sleeping, "sleeps under way").toEqual([]);
    expect(control.calls("bd")).toHaveLength(1);
  });

  test("a grandchild whose parent has ended by itself", async () => {
    const { town, bd, control } = setting();
    control.set({ bd: { activity: "silent", grandchild: true, exit: { ms: 100, exitCode: 1 } } });
    const source = startSource({ town: town.dir, bd: () => bd });
    await source.hint("state", ({ state }) => state === "down");
    const [call] = control.calls("bd");
    for (const pid of call?.children ?? []) await until(() => !isAlive(pid));
    expect(call?.children).toHaveLength(1);
  });
});
