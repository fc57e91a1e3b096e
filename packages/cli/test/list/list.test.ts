import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import type { ConvoyView } from "../../src/views/convoy.ts";
import { look, lookJson } from "../support/look.ts";
import { scene } from "../support/scene.ts";
import { everyState, ID } from "../support/towns.ts";

interface List {
  readonly town: string;
  readonly convoys: readonly ConvoyView[];
}

const ids = ({ convoys }: List): string[] => convoys.map(({ convoy }) => convoy);

it("lists open convoys with their progress: what needs a look first, then those nearest to landing", async () => {
  const lines = await look(everyState(), "list");
  expect(lines.map((line) => line.replace(/\d+ s/, "N s"))).toMatchInlineSnapshot(`
    [
      "hq-cv-compl	complete	1	1	All done	complete, not closed yet",
      "hq-cv-half2	waiting	1	2	Login	waits on al-9uj (alpha, N s)",
      "hq-cv-lost3	waiting	0	1	No road	cannot be judged: no route leads to gh-zzz",
      "hq-cv-three	waiting	1	4	Three things	waits on al-9uj (alpha, N s) and 2 more",
      "hq-cv-owned	owned	1	1	Mine	complete; its owner closes it",
      "hq-cv-stagd	staged	0	1	Planned	staged, not launched",
      "hq-cv-empty	empty	0	0	Nothing in it	tracks nothing",
    ]
  `);
});

it("prints one document with --json, of the documented shape", async () => {
  const stage = everyState();
  const list = await lookJson<List>(stage, "list");
  expect(list.town).toBe(stage.town.dir);
  expect(ids(list)).toEqual([ID.complete, ID.half, ID.lost, ID.three, ID.owned, ID.staged, ID.empty]);
  expect(list.convoys.find(({ convoy }) => convoy === ID.half)).toMatchObject({
    title: "Login",
    verdict: "waiting",
    done: 1,
    open: 1,
    unknown: 0,
    total: 2,
    blockers: [
      { issue: "al-9uj", rig: "alpha", state: "open", assignee: "alpha/polecats/nux", title: "Fix the login" },
    ],
  });
});

it("adds the closed ones with --all, and says which of them have an issue that is open again", async () => {
  const list = await lookJson<List>(everyState(), "list", "--all");
  expect(ids(list).slice(-2)).toEqual([ID.reopened, ID.landed]);
  expect(list.convoys.slice(-2).map(({ blockers }) => blockers.map(({ issue }) => issue))).toEqual([["al-back"], []]);
});

it("lists the closed ones by when they were closed, whoever has written to them since", async () => {
  const made = everyState();
  const town = new Database(made.town.db());
  const set = town.prepare("update issues set closed_at = ?, updated_at = ? where id = ?");
  set.run("2026-01-03 00:00:00", "2026-01-03 00:00:00", ID.landed);
  set.run("2026-01-02 00:00:00", "2026-01-04 00:00:00", ID.reopened);
  town.close();
  expect(ids(await lookJson<List>(made, "list", "--all")).slice(-2)).toEqual([ID.landed, ID.reopened]);
});

it("says with --all when the closed ones were closed", async () => {
  const made = everyState();
  const { convoys } = await lookJson<List>(made, "list", "--all");
  const closedAt = new Map(convoys.map((convoy) => [convoy.convoy, convoy.closedAt]));
  expect(closedAt.get(ID.half)).toBeNull();
  expect(closedAt.get(ID.landed)).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  const lines = await look(made, "list", "--all");
  expect(lines.slice(-2).map((line) => line.split("\t")[5]?.replaceAll(/\d+ s/g, "N s"))).toEqual([
    "closed N s ago, but open again: al-back (alpha, N s)",
    "closed N s ago, 1 of 1",
  ]);
});

it("lists with --stuck what is complete and still open", async () => {
  expect(ids(await lookJson<List>(everyState(), "list", "--stuck"))).toEqual([ID.complete]);
});

it("lists with --stuck what a running watcher could not land, with what gt said", async () => {
  const stage = scene();
  stage.control.set({ gt: { mode: "fails", stderr: "the mayor is asleep" } });
  const issue = stage.town.createIssue({ id: "al-1" });
  stage.town.close(issue);
  stage.town.createConvoy({ id: "hq-cv-stuck", title: "Stuck", tracks: [issue] });
  const watcher = await stage.watch();
  await watcher.record("stuck");
  const deadline = Date.now() + 20_000;
  let convoys: readonly ConvoyView[] = [];
  do {
    ({ convoys } = await lookJson<List>(stage, "list", "--stuck"));
  } while (convoys[0]?.stuck === null && Date.now() < deadline);
  expect(convoys).toMatchObject([
    { convoy: "hq-cv-stuck", stuck: { attempts: 3, output: expect.stringContaining("asleep") } },
  ]);
  expect((await look(stage, "list", "--stuck"))[0]).toContain("stuck after");
  expect((await look(stage, "why", "hq-cv-stuck")).slice(-2)).toEqual([
    "  the mayor is asleep",
    "it is retried with growing pauses, and at once when the convoy or gt changes; `convoy-cli doctor` shows what may be in gt's way",
  ]);
  await watcher.stop();
  expect((await lookJson<List>(stage, "list", "--stuck")).convoys).toMatchObject([
    { convoy: "hq-cv-stuck", stuck: null },
  ]);
});

it("lists with --waiting-on what waits on a rig, its issues first", async () => {
  const stage = everyState();
  expect(ids(await lookJson<List>(stage, "list", "--waiting-on", "alpha"))).toEqual([ID.half, ID.three, ID.staged]);
  const { convoys } = await lookJson<List>(stage, "list", "--waiting-on", "beta");
  expect(convoys.map(({ convoy, blockers }) => [convoy, blockers[0]?.issue])).toEqual([[ID.three, "be-work"]]);
  expect(ids(await lookJson<List>(stage, "list", "--waiting-on", "town"))).toEqual([ID.three]);
});

it("names the rigs there are when asked for one there is not", async () => {
  const { code, stdout, stderr } = await everyState().run(["list", "--waiting-on", "gamma"]);
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: "",
    stderr: "Error: the town has no rig gamma\nHint: it has town, alpha, beta\n",
  });
});

it("prints ids alone with -q", async () => {
  expect(await look(everyState(), "list", "-q")).toEqual([
    ID.complete,
    ID.half,
    ID.lost,
    ID.three,
    ID.owned,
    ID.staged,
    ID.empty,
  ]);
});

it("says so when there is nothing to list, and succeeds", async () => {
  const stage = scene();
  expect(await stage.run(["list"])).toMatchObject({
    code: 0,
    stdout: "",
    stderr: expect.stringContaining("no convoy is open"),
  });
  expect((await lookJson<List>(stage, "list")).convoys).toEqual([]);
});

it("works beside a running watcher, and without bd and gt", async () => {
  const stage = everyState();
  const watcher = await stage.watch("--dry-run");
  const without = { env: { ...stage.env, PATH: "/nowhere" } };
  const { code, stdout } = await stage.run(["list", "--json"], without);
  expect({ code, convoys: ids(JSON.parse(stdout) as List).length }).toEqual({ code: 0, convoys: 7 });
  expect((await watcher.stop()).code).toBe(0);
});

it("writes nothing but what SQLite itself keeps beside an open database", async () => {
  const stage = everyState();
  const before = filesOf(stage.town.dir);
  for (const args of [["list", "--all"], ["status"], ["status", ID.three], ["why", "al-9uj"]])
    await look(stage, ...args);
  const after = filesOf(stage.town.dir);
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (file) => before[file] !== after[file],
  );
  expect(changed.filter((file) => !/\.db-(wal|shm)$/.test(file))).toEqual([]);
  expect(stage.control.calls()).toEqual([]);
});

it("reads a convoy whose rig cannot be read, and says why", async () => {
  const stage = everyState();
  execFileSync("rm", [stage.town.db("beta")]);
  const { convoys } = await lookJson<List>(stage, "list", "--waiting-on", "beta");
  expect(convoys[0]?.blockers[0]).toMatchObject({
    issue: "be-work",
    state: "unknown",
    why: expect.stringContaining("there is no database"),
  });
});

function filesOf(dir: string): Record<string, string> {
  const files = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((file) =>
    statSync(join(dir, file)).isFile(),
  );
  return Object.fromEntries(
    files.map((file) => [
      file,
      createHash("sha1")
        .update(readFileSync(join(dir, file)))
        .digest("hex"),
    ]),
  );
}

it("lists with --stale what has not moved for a while, with --unassigned what nobody has, with --rig what a rig has", async () => {
  const stage = everyState();
  stage.town.createIssue({ id: "al-old", title: "Old" });
  stage.town.createConvoy({ id: "hq-cv-stale", title: "Forgotten", tracks: ["al-old"] });
  const database = new Database(stage.town.db("alpha"));
  database.prepare("update issues set updated_at = '2026-01-01 00:00:00' where id = 'al-old'").run();
  database.close();
  const town = new Database(stage.town.db());
  town.prepare("update issues set created_at = '2026-01-01 00:00:00' where id = 'hq-cv-stale'").run();
  town.close();
  expect(ids(await lookJson<List>(stage, "list", "--stale", "2h"))).toEqual(["hq-cv-stale"]);
  expect(ids(await lookJson<List>(stage, "list", "--unassigned")).toSorted()).toEqual(
    ["hq-cv-stale", ID.three, ID.staged].toSorted(),
  );
  expect(ids(await lookJson<List>(stage, "list", "--rig", "beta"))).toEqual([ID.three]);
  expect(await stage.run(["list", "--stale", "9000h"])).toMatchObject({
    code: 0,
    stderr: "no convoy has waited that long without a change\n",
  });
});

it("prints a piped list with tabs, whole, and no more than asked for", async () => {
  const stage = scene();
  const title = `A very long title, ${"x".repeat(100)}\t\u001B[31mred`;
  stage.town.createIssue({ id: "al-1" });
  for (const id of ["hq-cv-1", "hq-cv-2"]) stage.town.createConvoy({ id, title, tracks: ["al-1"] });
  const lines = await look(stage, "list", "--limit", "1");
  expect(lines.map((line) => line.split("\t").slice(0, 5))).toEqual([
    ["hq-cv-1", "waiting", "0", "1", `A very long title, ${"x".repeat(100)} red`],
  ]);
});
