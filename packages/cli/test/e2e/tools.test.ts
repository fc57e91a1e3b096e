import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scene, type Scene } from "../support/scene.ts";

/** A PATH with these stand-ins only. */
function pathWith(made: Scene, ...tools: ("bd" | "gt")[]): NodeJS.ProcessEnv {
  for (const tool of ["bd", "gt"] as const) if (!tools.includes(tool)) rmSync(join(made.bin, tool));
  return { ...made.env, PATH: made.bin };
}

test("no gt: said in two lines, exit status 1; --dry-run needs none", async () => {
  const made = scene();
  const env = pathWith(made, "bd");
  for (const command of ["watch", "check"]) {
    const { code, stdout, stderr } = await made.run([command], { env });
    expect(stderr).toBe(
      "Error: gt is not on PATH\nHint: install Gas Town, put gt on PATH, or name it with --gt PATH or in settings/convoy-watcher.json\n",
    );
    expect(stdout).toBe("");
    expect(code).toBe(1);
  }
  expect((await made.run(["check", "--dry-run"], { env })).code).toBe(0);
});

test("a gt that is not where --gt says: said in two lines, exit status 1", async () => {
  const made = scene();
  const { code, stderr } = await made.run(["watch", "--gt", "tools/gt"]);
  const named = join(made.town.dir, "tools/gt");
  expect(stderr).toBe(
    `Error: there is no program ${named}\nHint: install Gas Town, put gt on PATH, or name it with --gt PATH or in settings/convoy-watcher.json\n`,
  );
  expect(code).toBe(1);
});

test("--bd and --gt name the tools, from the working directory on", async () => {
  const made = scene();
  const env = { ...made.env, PATH: "/usr/bin:/bin" };
  const cli = made.start(["watch", "--json", "--bd", "../bin/bd", "--gt", "../bin/gt"], { env });
  const issue = made.town.createIssue({ rig: "alpha" });
  const convoy = made.town.createConvoy({ tracks: [issue] });
  await cli.record("watching");
  made.town.close(issue, { feed: true });
  await cli.record("landed", { convoy });
  await cli.record("source", { name: "bd", state: "up" });
  await cli.stop();
  expect(cli.records("hello")).toMatchObject([{ bd: join(made.bin, "bd"), gt: join(made.bin, "gt") }]);
  expect(made.control.calls("bd").length).toBeGreaterThan(0);
});

test("no bd: says so once, and carries on with the database files", async () => {
  const made = scene();
  const env = pathWith(made, "gt");
  const issue = made.town.createIssue({ rig: "alpha" });
  const convoy = made.town.createConvoy({ tracks: [issue] });
  const cli = made.start(["watch", "--json", "--sweep", "200ms"], { env });
  await cli.record("watching");
  made.town.close(issue);
  await cli.record("landed", { convoy });
  await cli.stop();
  expect(cli.records("hello")).toMatchObject([{ bd: null }]);
  expect(cli.records("source").filter(({ name }) => name === "bd")).toMatchObject([
    { state: "unavailable", detail: "bd is not on PATH" },
  ]);
});

test("a bd without `activity` (0.50 and later): says so once, does not try again, and carries on", async () => {
  const { town, control, watch } = scene();
  control.set({ bd: { activity: "unknown", version: "0.50.0" } });
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ tracks: [issue] });
  const cli = await watch("--sweep", "200ms");
  await cli.record("source", { name: "bd" });
  town.close(issue);
  await cli.record("landed", { convoy });
  await cli.stop();
  expect(cli.records("source").filter(({ name }) => name === "bd")).toMatchObject([
    { state: "unavailable", detail: `this bd has no "activity --town" (it came with beads 0.42 and went with 0.50)` },
  ]);
  expect(control.calls("bd")).toHaveLength(1);
});

test("no rig daemons: the source is down, with what bd said, and convoys land all the same", async () => {
  const { town, control, watch } = scene();
  control.set({ bd: { activity: "no-daemons" } });
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ tracks: [issue] });
  const cli = await watch();
  const down = await cli.record("source", { name: "bd", state: "down" });
  town.close(issue);
  await cli.record("landed", { convoy });
  await cli.stop();
  expect(down["detail"]).toBe(
    "bd activity ended with exit status 1: Error: no rig daemons running / Hint: Start daemons with 'bd daemons start' in each rig",
  );
});

test("a gt that goes away is told, and one that comes back is used without waiting for the backoff", async () => {
  const { town, bin, watch } = scene();
  const cli = await watch("--sweep", "300ms");
  renameSync(join(bin, "gt"), join(bin, "gt.away"));
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ tracks: [issue] });
  town.close(issue);
  const stuck = await cli.record("stuck", { convoy });
  expect(stuck["output"]).toContain(`gt is not there any more: ${join(bin, "gt")}`);
  renameSync(join(bin, "gt.away"), join(bin, "gt"));
  await cli.record("landed", { convoy });
  const { code } = await cli.stop();
  expect(code).toBe(0);
  expect(cli.records("stuck")).toHaveLength(1);
});
