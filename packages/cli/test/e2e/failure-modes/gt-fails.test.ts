import { join } from "node:path";
import { bulkTown, isAlive, waitFor } from "@gastown/test-fixtures";
import { expect, test } from "vitest";
import { landings } from "../../support/landings.ts";
import { moreSweeps } from "../../support/running-cli.ts";
import { type Scene, scene, stage } from "../../support/scene.ts";

function one(made: Scene = scene()): Scene & { convoy: string; issue: string } {
  const issue = made.town.createIssue({ rig: "alpha" });
  return { ...made, issue, convoy: made.town.createConvoy({ tracks: [issue] }) };
}

test("FM-6: closes that complete nothing cost no command, and neither do sweeps over convoys that wait", async () => {
  const { town, control, watch } = scene();
  const issues = Array.from({ length: 21 }, () => town.createIssue({ rig: "alpha" }));
  const convoy = town.createConvoy({ tracks: issues });
  const cli = await watch("--sweep", "100ms");
  for (const issue of issues.slice(1)) town.close(issue, { feed: true });
  await cli.record("waiting", { convoy, done: 20 });
  await moreSweeps(cli, 4);
  await cli.stop();
  expect(landings(control)).toEqual([]);
  expect(town.status(convoy)).toBe("open");
});

test("FM-7: a gt that fails at first is tried again, without another hint", async () => {
  const { town, control, watch, convoy, issue } = one();
  control.set({ bd: { intervalMs: 50 }, gt: { failTimes: 2, stderr: "Error: listing convoys: database is locked" } });
  const cli = await watch("--sweep", "1h");
  town.close(issue, { feed: true });
  await cli.record("landed", { convoy });
  await cli.stop();
  expect(landings(control).map(({ exitCode }) => exitCode)).toEqual([1, 1, 0]);
  expect(cli.records("stuck")).toEqual([]);
});

test("FM-7: a gt that exits 0 although it could not close is tried again", async () => {
  const { town, control, watch, convoy, issue } = one();
  control.set({ gt: { mode: "warns" } });
  const cli = await watch("--sweep", "1h");
  town.close(issue);
  await waitFor("a try that led nowhere", () => landings(control).filter(({ end }) => end !== undefined).length >= 2);
  control.set({ gt: {} });
  await cli.record("landed", { convoy });
  await cli.stop();
});

test("FM-9: with 120 open convoys the oldest lands, too, although gt looks at 50", async () => {
  const { root, start } = stage("town");
  const town = bulkTown(join(root, "town"), { convoys: 120, issuesPer: 2, rigs: 2 });
  const [oldest = ""] = town.convoys;
  const cli = start(["watch", "--json", "--sweep", "1h"]);
  expect(await cli.record("watching")).toMatchObject({ convoys: 120 });
  town.close(town.issuesOf(oldest).at(-1) ?? "");
  expect(await cli.record("landed", { convoy: oldest })).toMatchObject({ by: "close" });
  await cli.stop();
  expect(town.convoys.filter((convoy) => town.status(convoy) === "closed")).toEqual([oldest]);
});

test(
  "FM-10: a hung gt blocks neither the reading nor, beyond 10 s, the end; it is left to end by itself, and nothing else is",
  { timeout: 60_000 },
  async () => {
    const { town, control, watch, convoy, issue, leftovers } = one();
    control.set({
      bd: { intervalMs: 50, ignoreSigterm: true },
      gt: { mode: "hangs", ignoreSigterm: true, grandchild: true },
    });
    const other = town.createIssue({ rig: "beta" });
    const second = town.createConvoy({ tracks: [other] });
    const cli = await watch("--sweep", "1h");
    town.close(issue, { feed: true });
    await cli.record("checking", { convoy });
    town.close(other, { feed: true });
    await cli.record("complete", { convoy: second });
    const gt = await waitFor("gt with a child", () => landings(control).find(({ children }) => children.length > 0));
    const { code } = await cli.stop();
    expect(code).toBe(0);
    expect([gt.pid, ...gt.children].filter(isAlive), "it may be telling people").toEqual([gt.pid, ...gt.children]);
    expect(cli.records("landed")).toEqual([]);
    process.kill(-gt.pid, "SIGKILL");
    await waitFor("the end of gt", () => ![gt.pid, ...gt.children].some(isAlive));
    expect(leftovers()).toEqual([]);
  },
);

test("FM-11: a burst over six convoys is one check each, one at a time, while the reading goes on", async () => {
  const { town, control, watch } = scene();
  control.set({ bd: { intervalMs: 50 }, gt: { mode: "head", delayMs: 250 } });
  const tracked = Array.from({ length: 6 }, () => Array.from({ length: 5 }, () => town.createIssue({ rig: "alpha" })));
  const convoys = tracked.map((issues) => town.createConvoy({ tracks: issues }));
  const cli = await watch("--sweep", "1h");
  for (const issue of tracked.flat()) town.close(issue, { feed: true });
  for (const convoy of convoys) await cli.record("landed", { convoy });
  await cli.stop();
  const calls = landings(control);
  expect(calls.map(({ argv }) => argv).toSorted()).toEqual(
    convoys.map((convoy) => ["convoy", "check", convoy]).toSorted(),
  );
  for (const [index, { start }] of calls.entries()) expect(start).toBeGreaterThanOrEqual(calls[index - 1]?.end ?? 0);
  const events = cli.records();
  expect(
    events.findLastIndex(({ event, issue }) => event === "close" && tracked.flat().includes(issue ?? "")),
  ).toBeLessThan(events.findLastIndex(({ event }) => event === "landed"));
});
