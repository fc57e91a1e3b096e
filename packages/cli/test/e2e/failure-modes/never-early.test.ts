import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { buildTown } from "@gastown/test-fixtures";
import { expect, test } from "vitest";
import { landings } from "../../support/landings.ts";
import { moreSweeps } from "../../support/running-cli.ts";
import { scene } from "../../support/scene.ts";

test("FM-3: a convoy that is empty, or of which anything is unknown, never lands by a sweep", async () => {
  const { town, control, watch } = scene();
  const done = town.createIssue({ rig: "beta" });
  const lost = town.createIssue({ rig: "alpha" });
  for (const issue of [done, lost]) town.close(issue);
  renameSync(town.beadsDir("alpha"), `${town.beadsDir("alpha")}.away`);
  const tracked = [
    [],
    [done, `external:ghost:gh-1`],
    [`external:beta:be-none`],
    [`external:alpha:${lost}`],
    ["external::be-1"],
    ["hq-none"],
  ];
  const convoys = tracked.map((references) =>
    town.createConvoy({
      rawTracks: references.map((reference) => (reference === done ? `external:beta:${done}` : reference)),
    }),
  );
  const cli = await watch("--sweep", "100ms");
  await moreSweeps(cli, 4);
  await cli.stop();
  expect(landings(control)).toEqual([]);
  expect(convoys.map((convoy) => town.status(convoy))).toEqual(convoys.map(() => "open"));
  const told = [...cli.records("waiting"), ...cli.records("skipped")].map(({ convoy }) => convoy);
  expect(told.toSorted()).toEqual(convoys.toSorted());
});

test("FM-3: a database that becomes unreadable makes its issues unknown, not done", async () => {
  const { town, control, watch } = scene();
  const [one, two] = [town.createIssue({ rig: "alpha" }), town.createIssue({ rig: "beta" })];
  const convoy = town.createConvoy({ tracks: [one, two] });
  town.close(one);
  const cli = await watch();
  renameSync(town.beadsDir("alpha"), `${town.beadsDir("alpha")}.away`);
  town.close(two, { feed: true });
  await cli.record("waiting", { convoy, done: 1, unknown: 1, open: 0 });
  await cli.stop();
  expect(landings(control)).toEqual([]);
  expect(town.status(convoy)).toBe("open");
});

test("FM-3: gt is asked once for an unknown issue that a close event names, and not again by sweeps or replays", async () => {
  const { town, control, watch } = scene();
  control.set({ bd: { intervalMs: 50 }, gt: { mode: "head" } });
  const convoy = town.createConvoy({ rawTracks: ["external:ghost:gh-1"] });
  const phantom = town.createIssue({ id: "gh-1", rig: "alpha" });
  const cli = await watch("--sweep", "100ms");
  town.close(phantom, { feed: true, rig: "alpha" });
  await cli.record("checking", { convoy, command: `gt convoy check ${convoy}` });
  await moreSweeps(cli, 4);
  await cli.stop();
  expect(landings(control).map(({ argv }) => argv)).toEqual([["convoy", "check", convoy]]);
  expect(town.status(convoy)).toBe("open");
  expect(cli.records("stuck")).toEqual([]);
});

test("FM-15: Dolt beside a stale beads.db, a bd without `activity`, and a gt that honours the id: each is used as what it is", async () => {
  const { town, control, watch } = scene({
    rigs: { alpha: { prefix: "al", backend: "dolt" }, beta: { prefix: "be" } },
  });
  control.set({ bd: { activity: "unknown" }, gt: { mode: "head" } });
  const stale = town.createIssue({ rig: "alpha" });
  const issue = town.createIssue({ rig: "beta" });
  const waits = town.createConvoy({ tracks: [stale, issue] });
  const lands = town.createConvoy({ tracks: [issue] });
  town.close(stale);
  const cli = await watch("--sweep", "100ms");
  town.close(issue);
  await cli.record("landed", { convoy: lands });
  await cli.record("source", { name: "bd", state: "unavailable" });
  await moreSweeps(cli, 2);
  await cli.stop();
  expect(cli.records("source")).toContainEqual(expect.objectContaining({ name: "db", state: "up" }));
  expect(town.status(waits)).toBe("open");
  expect(control.calls("bd")).toHaveLength(1);
});

test("FM-16: an inherited BEADS_DIR, BEADS_DB or BD_JSON_ENVELOPE reaches neither bd nor gt, which run in the town's root", async () => {
  const { root, town, control, env, start } = scene();
  const other = buildTown(join(root, "other"));
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ tracks: [issue] });
  const misled = { ...env, BEADS_DIR: other.beadsDir(), BEADS_DB: other.db(), BD_JSON_ENVELOPE: "1" };
  const cli = start(["watch", "--json"], { env: misled, cwd: join(town.dir, "alpha") });
  await cli.record("watching");
  town.close(issue, { feed: true });
  await cli.record("landed", { convoy });
  await cli.record("source", { name: "bd", state: "up" });
  await cli.stop();
  expect(control.calls().length).toBeGreaterThanOrEqual(2);
  expect(control.calls().map((call) => [call.env, call.cwd])).toEqual(control.calls().map(() => [{}, town.dir]));
});

test("FM-16: a redirect is followed, and reading a missing database creates none", async () => {
  const { town, watch } = scene({ rigs: { alpha: { prefix: "al", redirect: true }, beta: { prefix: "be" } } });
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ tracks: [issue] });
  const gone = town.createConvoy({ rawTracks: ["external:beta:be-1"] });
  renameSync(town.db("beta"), join(town.dir, "away.db"));
  const cli = await watch("--sweep", "100ms");
  town.close(issue);
  await cli.record("landed", { convoy });
  await cli.record("waiting", { convoy: gone, unknown: 1 });
  await moreSweeps(cli, 2);
  await cli.stop();
  expect(existsSync(town.db("beta"))).toBe(false);
});

test.each([
  ["staged", { status: "staged_ready" }, "its status is staged_ready: it has not been launched"],
  ["staged", { status: "staged_warnings" }, "its status is staged_warnings: it has not been launched"],
  ["owned", { labels: ["gt:owned"] }, "all tracked issues are closed, but its owner closes it (label gt:owned)"],
] as const)("FM-21: a convoy that is %s (%o) is told, and never landed", async (reason, kind, detail) => {
  const { town, control, watch } = scene();
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ tracks: [issue], ...kind });
  const cli = await watch("--sweep", "100ms");
  town.close(issue, { feed: true });
  await cli.record("skipped", { convoy, reason, detail });
  await moreSweeps(cli, 3);
  await cli.stop();
  expect(cli.records("skipped")).toHaveLength(1);
  expect(landings(control)).toEqual([]);
  expect(town.status(convoy)).not.toBe("closed");
});

test("FM-21: a staged convoy that is launched lands like any other", async () => {
  const { town, watch } = scene();
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ tracks: [issue], status: "staged_ready" });
  town.close(issue);
  const cli = await watch("--sweep", "1h");
  await cli.record("skipped", { convoy });
  town.setStatus(convoy, "open");
  await cli.record("landed", { convoy });
  await cli.stop();
});
