import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "@gastown/test-fixtures";
import { expect, test } from "vitest";
import { moreSweeps } from "../../support/running-cli.ts";
import { type Scene, scene } from "../../support/scene.ts";

function one(made: Scene = scene()): Scene & { convoy: string; issue: string } {
  const issue = made.town.createIssue({ rig: "alpha" });
  return { ...made, issue, convoy: made.town.createConvoy({ title: "Ship it", tracks: [issue] }) };
}

const statusOf = ({ town }: Scene): Record<string, Record<string, Record<string, string>>> =>
  JSON.parse(readFileSync(join(town.dir, ".runtime/convoy-watcher/status.json"), "utf8"));

test("FM-5: a stream that dies is told with bd's own words, and stands in the status file beside the other source", async () => {
  const made = one();
  made.control.set({ bd: { activity: "no-daemons" } });
  const cli = await made.watch();
  const { detail } = await cli.record("source", { name: "bd", state: "down" });
  made.town.close(made.issue);
  await cli.record("landed", { convoy: made.convoy });
  await cli.stop();
  expect(detail).toContain("Error: no rig daemons running");
  const { sources } = statusOf(made);
  expect(sources?.["bd"]).toMatchObject({ state: "down", detail });
  expect(sources?.["db"]).toMatchObject({ state: "up" });
});

test("FM-5: each missing tool has its own words and its own hint", async () => {
  const { bin, env, run, start } = scene();
  const without = { ...env, PATH: bin };
  rmSync(join(bin, "bd"));
  const cli = start(["watch", "--json"], { env: without });
  await cli.record("source", { name: "bd", state: "unavailable", detail: "bd is not on PATH" });
  await cli.stop();
  rmSync(join(bin, "gt"));
  const { code, stderr } = await run(["watch"], { env: without });
  expect(code).toBe(1);
  expect(stderr).toBe(
    "Error: gt is not on PATH\nHint: install Gas Town, put gt on PATH, or name it with --gt PATH or in settings/convoy-watcher.json\n",
  );
});

test("FM-6: a bd that exits 0 at once is started again with pauses, not in a loop, and the watcher works on", async () => {
  const made = one();
  const log = join(made.root, "starts");
  const bd = join(made.root, "bd-that-ends");
  writeFileSync(bd, `#!/bin/sh\ndate +%s%N >> '${log}'\n`);
  chmodSync(bd, 0o755);
  const cli = await made.watch("--bd", bd);
  const starts = (): number[] =>
    readFileSync(log, "utf8")
      .trim()
      .split("\n")
      .map((line) => Number(line) / 1e6);
  await waitFor("five starts", () => starts().length >= 5);
  made.town.close(made.issue);
  await cli.record("landed", { convoy: made.convoy });
  await cli.stop();
  const pauses = starts()
    .slice(1)
    .map((at, index) => at - (starts()[index] ?? 0));
  expect(pauses.filter((pause) => pause < 45)).toEqual([]);
  expect(cli.records("source").filter(({ name }) => name === "bd")).toMatchObject([
    { state: "down", detail: "bd activity ended with exit status 0" },
  ]);
});

test("FM-19: with the PATH of launchd, --bd and --gt lead to the tools, for gt's own calls of bd, too", async () => {
  const { root, bin, town, env, start } = one();
  const seen = join(root, "path");
  const gt = join(root, "gt");
  writeFileSync(gt, `#!/bin/sh\ncommand -v bd > '${seen}'\nexec '${join(bin, "gt")}' "$@"\n`);
  chmodSync(gt, 0o755);
  const issue = town.createIssue({ rig: "beta" });
  const convoy = town.createConvoy({ tracks: [issue] });
  const cli = start(["watch", "--json", "--bd", join(bin, "bd"), "--gt", gt], {
    env: { ...env, PATH: "/usr/bin:/bin" },
  });
  await cli.record("watching");
  town.close(issue, { feed: true });
  await cli.record("landed", { convoy });
  await cli.stop();
  expect(cli.records("hello")).toMatchObject([{ bd: join(bin, "bd"), gt }]);
  expect(readFileSync(seen, "utf8").trim()).toBe(join(bin, "bd"));
});

test("FM-22: nothing is said to have landed that was not read as closed; what gt said is told instead, once", async () => {
  const { town, control, watch, convoy, issue } = one();
  control.set({ gt: { mode: "warns" } });
  const cli = await watch("--sweep", "100ms");
  town.close(issue);
  const stuck = await cli.record("stuck", { convoy });
  await moreSweeps(cli, 3);
  await cli.stop();
  expect(stuck["output"]).toContain(`Warning: couldn't close convoy ${convoy}`);
  expect(cli.records("landed")).toEqual([]);
  expect(cli.records("stuck")).toHaveLength(1);
});

test("FM-22: a state is told when it changes, not at every sweep", async () => {
  const { control, watch, convoy } = one();
  control.set({ bd: { activity: "no-daemons" } });
  const cli = await watch("--sweep", "100ms");
  await cli.record("source", { name: "bd", state: "down" });
  await moreSweeps(cli, 8);
  await cli.stop();
  expect(cli.records("waiting")).toMatchObject([{ convoy }]);
  expect(cli.records("source").filter(({ name }) => name === "bd")).toHaveLength(1);
  expect(cli.records("warning")).toEqual([]);
});

test("FM-23: a landing is told as what it is, all tracked issues closed, and nothing is said of a merge", async () => {
  const { town, start, run, convoy, issue } = one();
  const cli = start(["watch", "--time", "none"]);
  await cli.said("watching");
  town.close(issue);
  await cli.said("landed");
  const { stdout } = await cli.stop();
  expect(stdout).toContain(`${convoy} "Ship it" is complete: its one tracked issue closed\n`);
  expect(stdout).toMatch(
    new RegExp(`^✓ ${convoy} "Ship it" landed, .* after (it was found complete|its last issue was closed)$`, "m"),
  );
  // That closed is not merged may be said of the gate alone, which is off here.
  const help = (await run(["--help"])).stdout + (await run(["watch", "--help"])).stdout;
  const others = help.replaceAll(/^ +--(gate|merge-stale)(.*\n {20,})*.*$/gm, "").replaceAll("merge-gate", "");
  expect(stdout + others).not.toMatch(/merge|shipped|deployed|delivered/i);
});
