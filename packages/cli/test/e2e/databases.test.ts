import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { landings } from "../support/landings.ts";
import { leftOutOnDeno, onDeno } from "../support/own-command.ts";
import { moreSweeps } from "../support/running-cli.ts";
import { type Scene, scene, TWO_RIGS } from "../support/scene.ts";

type Spoil = (file: string) => void;

function remove(file: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true, recursive: true });
}

const SPOILT: readonly (readonly [what: string, spoil: Spoil, says: RegExp])[] = [
  ["missing", remove, /beads\.db cannot be read: there is no database/],
  ["a directory", (file) => (remove(file), mkdirSync(file)), /beads\.db cannot be read: it is a directory/],
  ["an empty file", (file) => (remove(file), writeFileSync(file, "")), /beads\.db is empty: it has no tables/],
  [
    "a database of another program",
    (file) => (remove(file), foreign(file)),
    /beads\.db is not a beads database: it has no table issues\(id, status\)/,
  ],
  [
    "no database at all",
    (file) => (remove(file), writeFileSync(file, "not a database, but long enough to be one ".repeat(100))),
    /beads\.db cannot be read: it is damaged/,
  ],
];

function foreign(file: string): void {
  const database = new Database(file);
  database.exec("create table bookmarks (url text)");
  database.close();
}

/** One convoy that needs the spoilt rig, and one that does not. */
function twoConvoys(made: Scene): { waits: string; lands: string; issue: string } {
  const { town } = made;
  const lost = town.createIssue({ rig: "alpha" });
  const issue = town.createIssue({ rig: "beta" });
  town.close(lost);
  return { issue, waits: town.createConvoy({ tracks: [lost, issue] }), lands: town.createConvoy({ tracks: [issue] }) };
}

test.each(SPOILT)(
  "a rig's database that is %s: told once with a hint, and the others carry on",
  async (what, spoil, says) => {
    const made = scene();
    const { town, control, watch } = made;
    const { waits, lands, issue } = twoConvoys(made);
    spoil(town.db("alpha"));
    const before = readdirSync(town.beadsDir("alpha"));
    const cli = await watch("--sweep", "150ms");
    town.close(issue, { feed: true });
    await cli.record("landed", { convoy: lands });
    await cli.record("waiting", { convoy: waits, done: 1, unknown: 1 });
    await moreSweeps(cli, 2);
    const { code } = await cli.stop();

    const warnings = cli.records("warning");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.["message"]).toMatch(says);
    expect(warnings[0]?.["hint"]).toMatch(/./);
    expect(cli.records("waiting").at(-1)).toMatchObject({
      blockers: [{ state: "unknown", why: expect.stringMatching(says) }],
    });
    expect(town.status(waits)).toBe("open");
    expect(landings(control).map(({ argv }) => argv[2])).toEqual([lands]);
    expect(readdirSync(town.beadsDir("alpha"))).toEqual(before);
    expect(existsSync(town.db("alpha"))).toBe(what !== "missing");
    expect(code).toBe(0);
  },
);

test.each(SPOILT)(
  "the town's own database that is %s: said in two lines, exit status 1",
  async (_what, spoil, says) => {
    const { town, run, leftovers } = scene();
    spoil(town.db());
    const before = readdirSync(town.beadsDir());
    for (const command of ["watch", "check"]) {
      const { code, stderr } = await run([command, "--json"]);
      const [first, second, ...rest] = stderr.trimEnd().split("\n");
      expect(first).toMatch(/^Error: /);
      expect(first).toMatch(says);
      expect(second).toMatch(/^Hint: ./);
      expect(rest).toEqual([]);
      expect(code).toBe(1);
    }
    expect(readdirSync(town.beadsDir())).toEqual(before);
    expect(leftovers()).toEqual([]);
  },
);

test("a database that comes back is read again, and what waited for it lands", async () => {
  const made = scene();
  const { town, control, watch } = made;
  const { waits, issue } = twoConvoys(made);
  control.set({ gt: { mode: "head" } });
  renameSync(town.beadsDir("alpha"), `${town.beadsDir("alpha")}.away`);
  const cli = await watch("--sweep", "1h");
  town.close(issue);
  await cli.record("waiting", { convoy: waits, done: 1, unknown: 1 });
  renameSync(`${town.beadsDir("alpha")}.away`, town.beadsDir("alpha"));
  await cli.record("landed", { convoy: waits });
  await cli.stop();
  expect(town.status(waits)).toBe("closed");
});

test("a rig's database that another program holds locked is read when it is free", async () => {
  const made = scene({ ...TWO_RIGS, journal: "delete" });
  const { town, watch } = made;
  const { waits, issue } = twoConvoys(made);
  const cli = await watch("--sweep", "200ms");
  const holder = new Database(town.db("alpha"));
  holder.exec("begin exclusive");
  town.close(issue);
  await cli.record("waiting", { convoy: waits, done: 1, unknown: 1 });
  expect(cli.records("warning")).toMatchObject([
    { message: expect.stringContaining("another program holds it locked") },
  ]);
  holder.close();
  await cli.record("landed", { convoy: waits });
  await cli.stop();
});

test("a town's database that is locked at the start is waited for", async () => {
  const made = scene({ ...TWO_RIGS, journal: "delete" });
  const { town, start } = made;
  const { lands, issue } = twoConvoys(made);
  town.close(issue);
  const holder = new Database(town.db());
  holder.exec("begin exclusive");
  const cli = start(["watch", "--json"]);
  await cli.record("warning");
  expect(cli.records("watching")).toEqual([]);
  holder.close();
  await cli.record("landed", { convoy: lands });
  await cli.stop();
});

test.skipIf(onDeno)(
  `metadata.json decides: a beads.db beside \`backend: dolt\` is stale, and is not believed${leftOutOnDeno("Dolt needs --allow-net, see deno.test.ts")}`,
  async () => {
    const { town, control, watch } = scene({
      rigs: { alpha: { prefix: "al", backend: "dolt" }, beta: { prefix: "be" } },
    });
    const stale = town.createIssue({ rig: "alpha" });
    const issue = town.createIssue({ rig: "beta" });
    const waits = town.createConvoy({ tracks: [stale, issue] });
    const lands = town.createConvoy({ tracks: [issue] });
    town.close(stale);
    control.set({ gt: { mode: "head" } });
    const cli = await watch();
    town.close(issue);
    await cli.record("landed", { convoy: lands });
    await cli.record("waiting", { convoy: waits, done: 1, unknown: 1 });
    await cli.stop();
    expect(town.status(waits)).toBe("open");
    expect(landings(control).map(({ argv }) => argv[2])).toEqual([lands]);
  },
);
