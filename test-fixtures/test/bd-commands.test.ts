import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { run, townWithTools, type TownWithTools } from "./helpers/run.ts";

const feed = ({ town }: TownWithTools, rig: string): string[] => {
  const file = join(town.beadsDir(rig), "activity.ndjson");
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
};

it("says its version", async () => {
  using tools = townWithTools();
  for (const word of ["version", "--version"])
    expect((await run(tools.bd, [word], tools.bin)).stdout).toMatch(/^bd version 0\.47\.1 \(/);
  tools.control.set({ bd: { version: "0.55.0" } });
  expect((await run(tools.bd, ["--version"], tools.bin)).stdout).toMatch(/^bd version 0\.55\.0\n/);
});

it("changes issues through the daemon, which tells each change", async () => {
  using tools = townWithTools();
  const { town, bd } = tools;
  const cwd = join(town.dir, "alpha");
  await run(bd, ["create", "Fix login", "--id", "al-1", "--type=bug"], cwd);
  await run(bd, ["update", "al-1", "--status", "in_progress", "--actor", "nux"], cwd);
  await run(bd, ["close", "al-1", "--reason", "done"], cwd);
  await run(bd, ["reopen", "al-1"], cwd);
  await run(bd, ["update", "al-1", "--status=closed"], cwd);
  await run(bd, ["delete", "al-1", "--force"], cwd);
  expect(town.status("al-1")).toBe("tombstone");
  const words = feed(tools, "alpha").map((line) => JSON.parse(line));
  expect(words.map(({ type, message, actor }) => [type, message, actor])).toEqual([
    ["create", "al-1 created · Fix login", undefined],
    ["status", "al-1 started · Fix login @nux", "nux"],
    ["status", "al-1 completed · Fix login", undefined],
    ["status", "al-1 reopened · Fix login @dev", "dev"],
    ["status", "al-1 completed · Fix login @dev", "dev"],
    ["delete", "al-1 deleted", undefined],
  ]);
  expect(town.events("al-1").map(({ event_type }) => event_type)).toEqual([
    "created",
    "status_changed",
    "closed",
    "reopened",
    "closed",
    "deleted",
  ]);
});

it("tells nobody of --no-daemon, nor of an issue of another rig", async () => {
  using tools = townWithTools();
  const { town, bd } = tools;
  for (const id of ["al-1", "al-2"]) town.createIssue({ id });
  await run(bd, ["--no-daemon", "close", "al-1"], join(town.dir, "alpha"));
  await run(bd, ["close", "al-2"], town.dir);
  expect([town.status("al-1"), town.status("al-2")]).toEqual(["closed", "closed"]);
  expect(town.events("al-1").at(-1)).toMatchObject({ event_type: "closed", actor: "dev", comment: "Closed" });
  expect([...feed(tools, "alpha"), ...feed(tools, "hq")]).toEqual([]);
});

it("goes by BEADS_DIR before the working directory, and writes it down", async () => {
  using tools = townWithTools();
  const { town, bd, control } = tools;
  const env = { BEADS_DIR: town.beadsDir("beta") };
  const made = await run(bd, ["create", "x", "--json"], town.dir, env);
  expect(JSON.parse(made.stdout).id).toMatch(/^be-/);
  expect(control.calls("bd")[0]?.env).toEqual(env);
});

it("works behind a redirect", async () => {
  using tools = townWithTools({ rigs: { gamma: { prefix: "ga", redirect: true } } });
  const id = tools.town.createIssue({ rig: "gamma" });
  await run(tools.bd, ["close", id], join(tools.town.dir, "gamma"));
  expect(tools.town.status(id)).toBe("closed");
});

it("shows issues, but no tombstone and nothing that is not there", async () => {
  using tools = townWithTools();
  const { town, bd } = tools;
  town.createIssue({ id: "al-1", labels: ["x"] });
  town.tombstone(town.createIssue({ id: "al-2" }));
  const mixed = await run(bd, ["show", "al-1", "al-2", "al-3", "--json"], town.dir);
  expect(JSON.parse(mixed.stdout)).toMatchObject([{ id: "al-1", status: "open", labels: ["x"] }]);
  const none = await run(bd, ["show", "al-2", "--json"], town.dir);
  expect(none).toMatchObject({ stdout: "", code: 0, stderr: "Issue al-2 not found\n" });
});

it("refuses what it does not know", async () => {
  using tools = townWithTools();
  const { town, bd } = tools;
  expect(await run(bd, ["frob"], town.dir)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('unknown command "frob"'),
  });
  expect(await run(bd, ["close", "hq-none"], town.dir)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("hq-none"),
  });
  expect(await run(bd, ["close", "hq-1"], tools.bin)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("no beads database"),
  });
});

it("closes convoys with the label by itself, though a rig's issue is open, and tells nobody", async () => {
  using tools = townWithTools();
  const { town, bd } = tools;
  const [here, there] = [town.createIssue(), town.createIssue({ rig: "alpha" })];
  const labelled = town.createConvoy({ tracks: [here, there], labels: ["gt:convoy"] });
  const plain = town.createConvoy({ tracks: [here, there] });
  await run(bd, ["close", here], town.dir);
  expect([town.status(labelled), town.status(plain)]).toEqual(["closed", "open"]);
  expect(town.events(labelled).at(-1)).toMatchObject({ event_type: "closed", actor: "system:convoy-completion" });
  expect(feed(tools, "hq")).toHaveLength(1);
});

it("drops dangling references whenever it writes", async () => {
  using tools = townWithTools();
  const { town, bd } = tools;
  const id = town.createIssue();
  town.createConvoy({ tracks: [id], rawTracks: ["al-bare", "external:x:al-1"] });
  const references = (): unknown[] => {
    const db = new Database(town.db());
    const rows = db.prepare("SELECT depends_on_id FROM dependencies ORDER BY depends_on_id").pluck().all();
    db.close();
    return rows;
  };
  expect(references()).toEqual(["al-bare", "external:x:al-1", id]);
  await run(bd, ["close", id], town.dir);
  expect(references()).toEqual(["external:x:al-1", id]);
});

it("writes local times with their offset", async () => {
  using tools = townWithTools();
  const id = tools.town.createIssue();
  await run(tools.bd, ["close", id], tools.town.dir, { TZ: "America/Los_Angeles" });
  expect(feed(tools, "hq")[0]).toMatch(/^\{"timestamp":"[^"]+-0[78]:00",/);
});
