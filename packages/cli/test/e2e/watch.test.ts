import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { landings } from "../support/landings.ts";
import { scene, TWO_RIGS } from "../support/scene.ts";

test("lands a convoy over two rigs and the town, and says so step by step", async () => {
  const { town, control, watch, leftovers } = scene();
  const issues = [town.createIssue({ rig: "alpha" }), town.createIssue({ rig: "beta" }), town.createIssue()];
  const convoy = town.createConvoy({ title: "Ship it", tracks: issues, description: "Notify: mayor/" });
  const cli = await watch();
  for (const issue of issues) town.close(issue, { feed: true });
  const landed = await cli.record("landed", { convoy });
  const { code, stderr } = await cli.stop();

  expect(landed).toMatchObject({ title: "Ship it", by: "close" });
  expect(landed["ms"]).toBeGreaterThanOrEqual(0);
  expect(town.status(convoy)).toBe("closed");
  expect(control.mails().map(({ to }) => to)).toEqual(["mayor/"]);
  expect(landings(control).map(({ argv }) => argv)).toEqual([
    ["convoy", "close", convoy, "--reason", "All tracked issues completed"],
  ]);
  const events = cli.records().map(({ event }) => event);
  expect(events[0]).toBe("hello");
  expect(events.at(-1)).toBe("stopped");
  expect(events.filter((event) => ["checking", "landed", "complete"].includes(event))).toEqual([
    "complete",
    "checking",
    "landed",
  ]);
  expect(cli.records("close").map(({ issue }) => issue)).toEqual(expect.arrayContaining(issues));
  for (const { time } of cli.records()) expect(new Date(time).toISOString()).toBe(time);
  expect(code).toBe(0);
  expect(stderr).toBe("stopping (again to force)\n");
  expect(leftovers()).toEqual([]);
});

test("hello names the version, the town and the tools by absolute path", async () => {
  const { town, bin, watch } = scene();
  const cli = await watch();
  await cli.stop();
  expect(cli.records()[0]).toMatchObject({
    event: "hello",
    version: "0.1.0",
    pid: cli.pid,
    town: town.dir,
    bd: join(bin, "bd"),
    gt: join(bin, "gt"),
  });
  expect(cli.records("stopped")).toMatchObject([{ reason: "SIGTERM" }]);
});

test("says in words what it sees, with the words of the original", async () => {
  const { town, start } = scene();
  const issue = town.createIssue({ rig: "alpha" });
  const other = town.createIssue({ rig: "beta" });
  const one = town.createConvoy({ title: "One", tracks: [issue] });
  const two = town.createConvoy({ title: "Two", tracks: [issue, other] });
  const cli = start(["watch", "--source", "db", "--time", "none"]);
  await cli.said("watching 2 open convoys (db)");
  town.close(issue);
  await cli.said(`✓ ${one} "One" landed, `);
  await cli.said(`${two} "Two" waits on 1 of 2: ${other} is not closed (beta, open)`);
  const { stdout, code } = await cli.stop();

  expect(stdout).toContain(`detected close of ${issue}\n`);
  expect(stdout).toMatch(new RegExp(`^${issue} is tracked by 2 convoy\\(s\\): (${one}, ${two}|${two}, ${one})$`, "m"));
  expect(stdout).toContain(`closing ${one}: gt convoy close ${one} `);
  expect(stdout).not.toContain(`closing ${two}`);
  expect(stdout).toContain(`stopped (SIGTERM)\n`);
  expect(stdout).not.toContain("\u001B");
  expect(code).toBe(0);
});

test("--quiet says only what landed", async () => {
  const { town, start, control } = scene();
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ title: "One", tracks: [issue] });
  const cli = start(["watch", "-q"]);
  town.close(issue);
  await cli.said(`✓ ${convoy}`);
  const { stdout } = await cli.stop();
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  expect(landings(control)).toHaveLength(1);
});

test("--verbose also says who it is and when it swept", async () => {
  const { town, start } = scene();
  const cli = start(["watch", "-v", "--time", "none"]);
  await cli.said("watching 0 open convoys (bd, db)");
  const { stdout } = await cli.stop();
  expect(stdout).toMatch(/^convoy-cli 0\.1\.0, pid \d+: town /);
  expect(stdout).toContain(town.dir);
  expect(stdout).toMatch(/^sweep: 0 open convoys, 0 complete, in \d+ ms \(start\)$/m);
});

test("--dry-run finds out, runs nothing and writes nothing", async () => {
  const { town, control, watch } = scene();
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ tracks: [issue] });
  const cli = await watch("--dry-run");
  town.close(issue, { feed: true });
  await cli.record("complete", { convoy });
  const { code } = await cli.stop();
  expect(code).toBe(0);
  expect(cli.records("checking")).toEqual([]);
  expect(landings(control)).toEqual([]);
  expect(existsSync(join(town.dir, ".runtime"))).toBe(false);
  expect(town.status(convoy)).toBe("open");
});

test("--source bd hears the stream alone", async () => {
  const { town, watch } = scene();
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ tracks: [issue] });
  const cli = await watch("--source", "bd", "--sweep", "1h");
  town.close(issue, { feed: true });
  await cli.record("landed", { convoy });
  await cli.stop();
  expect(cli.records("watching")).toMatchObject([{ sources: ["bd"] }]);
  expect(cli.records("close")[0]).toMatchObject({ issue, source: "bd", convoys: [convoy] });
  expect(new Set(cli.records("close").map(({ source }) => source))).toEqual(new Set(["bd"]));
});

test("--source db reads the files alone, and starts no bd", async () => {
  const { town, control, watch } = scene();
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ tracks: [issue] });
  const cli = await watch("--source", "db", "--sweep", "1h");
  town.close(issue);
  await cli.record("landed", { convoy });
  await cli.stop();
  expect(control.calls("bd")).toEqual([]);
  expect(cli.records("close")).toContainEqual(expect.objectContaining({ issue, source: "db", convoys: [convoy] }));
});

test("--sweep says how often everything is looked at", async () => {
  const { town, watch } = scene();
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ tracks: [issue] });
  const cli = await watch("--source", "bd", "--sweep", "200ms");
  town.close(issue, { feed: false });
  await cli.record("landed", { convoy });
  await cli.stop();
  expect(cli.records("close").filter((record) => record.issue === issue)).toEqual([]);
  expect(cli.records("sweep").map(({ reason }) => reason)).toContain("timer");
});

test("one issue in two convoys lands both", async () => {
  const { town, watch } = scene();
  const issue = town.createIssue({ rig: "beta" });
  const convoys = [town.createConvoy({ tracks: [issue] }), town.createConvoy({ tracks: [issue] })];
  const cli = await watch();
  town.close(issue, { feed: true });
  for (const convoy of convoys) await cli.record("landed", { convoy });
  await cli.stop();
  expect(convoys.map((convoy) => town.status(convoy))).toEqual(["closed", "closed"]);
});

test.each(["0.46", "0.47.1", "0.49.6", "minimal"] as const)("lands convoys of the schema %s", async (schema) => {
  const { town, watch } = scene({ ...TWO_RIGS, schema });
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ tracks: [issue] });
  const cli = await watch("--source", "db", "--sweep", "1h");
  town.close(issue);
  await cli.record("landed", { convoy });
  await cli.stop();
  expect(town.status(convoy)).toBe("closed");
});

test("what agents wrote cannot speak to the terminal", async () => {
  const { town, start } = scene();
  const issue = town.createIssue({ rig: "alpha" });
  town.createConvoy({ title: "\u001B]0;pwned\u0007\u001B[2Jfine\r\nforged line\u202E", tracks: [issue] });
  const cli = start(["watch", "-v"]);
  await cli.said("watching");
  town.close(issue);
  await cli.said("landed");
  const { stdout } = await cli.stop();
  expect(stdout).toMatch(/"fine forged line" landed/);
  // oxlint-disable-next-line no-control-regex
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/);
});
