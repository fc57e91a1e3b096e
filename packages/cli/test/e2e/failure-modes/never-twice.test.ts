import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LANDING_BACKOFF } from "@gastown/convoy-core";
import { waitFor } from "@gastown/test-fixtures";
import { expect, test } from "vitest";
import { landings } from "../../support/landings.ts";
import { kill } from "../../support/processes.ts";
import { moreSweeps } from "../../support/running-cli.ts";
import { type Scene, scene, TWO_RIGS } from "../../support/scene.ts";

const NOTIFY = { description: "Notify: mayor/" };

function one(made: Scene = scene()): Scene & { convoy: string; issue: string } {
  const issue = made.town.createIssue({ rig: "alpha" });
  return { ...made, issue, convoy: made.town.createConvoy({ tracks: [issue], ...NOTIFY }) };
}

/** Ends the running `bd activity` as a crash would, and waits for the next one. */
async function crashBd({ control }: Scene): Promise<void> {
  const before = control.calls("bd");
  for (const { pid, end } of before) if (end === undefined) kill(pid);
  await waitFor("another bd", () => control.calls("bd").length > before.length);
}

test("FM-4: one completion is acted on once, however often it is told: two sources, repeats, sweeps, restarts of bd and of us", async () => {
  const made = one();
  const { town, control, watch, convoy, issue } = made;
  const feed = join(town.beadsDir("alpha"), "activity.ndjson");
  const first = await watch("--sweep", "100ms");
  town.close(issue, { feed: true });
  appendFileSync(feed, readFileSync(feed, "utf8").repeat(20));
  await first.record("landed", { convoy });
  await crashBd(made);
  await moreSweeps(first, 2);
  await first.stop();
  const second = await watch("--sweep", "100ms");
  await moreSweeps(second, 2);
  await second.stop();
  expect(landings(control)).toHaveLength(1);
  expect(control.mails()).toHaveLength(1);
  expect(second.records("landed")).toEqual([]);
});

test("FM-4: a gt that says it closed a convoy and did not is not run in a loop: backoff, and one report", async () => {
  const { town, control, watch, convoy, issue } = one();
  control.set({ bd: { intervalMs: 50 }, gt: { mode: "lies" } });
  const cli = await watch("--sweep", "100ms");
  town.close(issue, { feed: true });
  await cli.record("stuck", { convoy, attempts: 3 });
  await moreSweeps(cli, 10);
  await cli.stop();
  const tries = landings(control);
  const pauses = tries.slice(1).map(({ start }, index) => start - (tries[index]?.end ?? 0));
  expect(pauses.length).toBeGreaterThanOrEqual(2);
  expect(pauses.filter((pause) => pause < LANDING_BACKOFF.floor - 10)).toEqual([]);
  expect(cli.records("stuck")).toHaveLength(1);
  expect(cli.records("landed")).toEqual([]);
});

test("FM-8: closed, reopened and closed again lands; so does a convoy that was reopened with more work", async () => {
  const { town, control, watch, convoy, issue } = one();
  const other = town.createIssue({ rig: "beta" });
  town.track(convoy, `external:beta:${other}`);
  const cli = await watch("--sweep", "1h");
  town.close(issue, { feed: true });
  await cli.record("waiting", { convoy, done: 1 });
  town.reopen(issue, { feed: true });
  await waitFor("both open again", () => cli.records("waiting").at(-1)?.["done"] === 0);
  town.close(other, { feed: true });
  town.close(issue, { feed: true });
  await cli.record("landed", { convoy });

  const late = town.createIssue({ rig: "beta" });
  town.track(convoy, `external:beta:${late}`);
  town.reopen(convoy);
  await waitFor("the convoy waiting again", () => cli.records("waiting").at(-1)?.["total"] === 3);
  town.close(late, { feed: true });
  await waitFor("a second landing", () => cli.records("landed").length === 2);
  await cli.stop();
  expect(landings(control)).toHaveLength(2);
  expect(control.mails()).toHaveLength(2);
});

test.each(["bd", "db"])(
  "FM-8: an issue that is reopened under a closed convoy is told (seen by %s)",
  async (source) => {
    const { town, watch, convoy, issue } = one();
    town.close(issue);
    town.close(convoy);
    const cli = await watch("--source", source, "--sweep", "1h");
    if (source === "bd") await cli.record("source", { state: "up" });
    town.reopen(issue, { feed: true });
    const warning = await cli.record("warning");
    await cli.stop();
    expect(warning).toMatchObject({
      message: `${issue} is open again, and ${convoy}, which tracks it, is closed`,
      hint: expect.stringContaining("gt convoy add"),
    });
  },
);

test("FM-12: a replay of a hundred closes at every start of bd costs reads, and no command", async () => {
  const made = scene();
  const { town, control, watch } = made;
  for (let count = 0; count < 25; count += 1) {
    const issue = town.createIssue({ rig: "alpha" });
    const convoy = town.createConvoy({ tracks: [issue], ...NOTIFY });
    town.close(issue, { feed: true });
    town.close(convoy, { feed: true });
  }
  const cli = await watch("--sweep", "1h");
  await cli.record("close", { source: "bd" });
  await crashBd(made);
  // What comes after the replay has come through it.
  const last = town.createIssue({ rig: "alpha" });
  town.close(last, { feed: true });
  await cli.record("close", { issue: last, source: "bd" });
  await cli.stop();
  expect(cli.records("close").filter(({ source }) => source === "bd")).toHaveLength(51);
  expect(landings(control)).toEqual([]);
  expect(control.mails()).toEqual([]);
});

test("FM-13: the same close from two routes to one daemon, from two rigs, and out of order, is one completion", async () => {
  const made = scene({
    ...TWO_RIGS,
    routes: ["hq-:.", "hq-cv-:.", "al-:alpha", "be-:beta"]
      .map((text) => `${JSON.stringify({ prefix: text.split(":")[0], path: text.split(":")[1] })}\n`)
      .join(""),
  });
  const { town, control, watch } = made;
  const [near, far] = [town.createIssue(), town.createIssue({ rig: "alpha" })];
  const convoy = town.createConvoy({ tracks: [near, far], ...NOTIFY });
  const cli = await watch("--sweep", "1h");
  town.close(far, { feed: true });
  town.close(near, { feed: true });
  for (const rig of ["beta", "hq"])
    appendFileSync(
      join(town.beadsDir(rig), "activity.ndjson"),
      readFileSync(join(town.beadsDir("alpha"), "activity.ndjson")),
    );
  await cli.record("landed", { convoy });
  await waitFor(
    "the town's own line, twice",
    () => cli.records("close").filter(({ issue, source }) => issue === convoy && source === "bd").length > 0,
  );
  await cli.stop();
  expect(landings(control)).toHaveLength(1);
  expect(control.mails()).toHaveLength(1);
});

test("FM-20: of two watchers that start at once one watches, and the other exits 4 and names it", async () => {
  const { town, control, start, convoy, issue } = one();
  const clis = [start(["watch", "--json"]), start(["watch", "--json"])];
  const first = await waitFor("one that watches", () => clis.find((cli) => cli.records("watching").length > 0));
  const loser = clis.find((cli) => cli !== first);
  const { code, stderr } = (await loser?.ended) ?? { code: -1, stderr: "" };
  expect(code).toBe(4);
  expect(stderr).toContain(`the watcher with pid ${first.pid} `);
  town.close(issue, { feed: true });
  await first.record("landed", { convoy });
  await first.stop();
  expect(control.mails()).toHaveLength(1);
});
