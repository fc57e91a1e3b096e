import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { waitFor } from "@gastown/test-fixtures";
import { expect, test } from "vitest";
import { landings } from "../support/landings.ts";
import { numbers } from "../support/numbers.ts";
import { kill } from "../support/processes.ts";
import type { RunningCli } from "../support/running-cli.ts";
import { type Scene, scene } from "../support/scene.ts";

function threeConvoys({ town }: Scene): { issues: string[]; convoys: string[]; waiting: string } {
  const issues = ["alpha", "beta", "alpha"].map((rig) => town.createIssue({ rig }));
  const convoys = issues.map((issue, index) =>
    town.createConvoy({ title: `Convoy ${index}`, tracks: [issue], description: "Notify: mayor/" }),
  );
  return { issues, convoys, waiting: town.createConvoy({ tracks: [...issues, town.createIssue()] }) };
}

test("a second watcher exits 4 and names the first; after kill -9 of that the next one starts at once", async () => {
  const { town, watch, run, control } = scene();
  const first = await watch();
  const { code, stderr, stdout } = await run(["watch"]);
  expect(code).toBe(4);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^Error: the watcher with pid (\d+) \(since .+\) holds .+\nHint: .+\n$/);
  expect(Number(/pid (\d+)/.exec(stderr)?.[1])).toBe(first.pid);
  expect((await run(["check", "--dry-run"])).code).toBe(0);
  kill(first.pid);
  expect((await first.ended).signal).toBe("SIGKILL");
  const second = await watch();
  expect(JSON.parse(readFileSync(join(town.dir, ".runtime/convoy-watcher/watcher.pid"), "utf8"))).toMatchObject({
    pid: second.pid,
  });
  await second.stop();
  expect(landings(control)).toEqual([]);
});

test("a file that was half written when its writer was killed is cleared away by the next watcher", async () => {
  const { town, watch } = scene();
  const dir = join(town.dir, ".runtime/convoy-watcher");
  mkdirSync(dir, { recursive: true });
  for (const name of ["status.json.4711.tmp", "watcher.pid.4711.tmp"]) writeFileSync(join(dir, name), "{");
  const cli = await watch();
  await cli.stop();
  expect(readdirSync(dir).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("towns do not keep each other out", async () => {
  const [one, two] = [scene(), scene()];
  const clis = [await one.watch(), await two.watch()];
  for (const cli of clis) expect((await cli.stop()).code).toBe(0);
});

test("killed while gt is at work: the restart finds what gt did, and tells nobody again", async () => {
  const made = scene();
  const { town, control, watch } = made;
  const { issues, convoys } = threeConvoys(made);
  control.set({ gt: { mode: "head", delayMs: 300 } });
  const first = await watch();
  town.close(issues[0] ?? "");
  await waitFor("a running gt", () => landings(control).length > 0);
  kill(first.pid);
  await first.ended;
  await waitFor("the end of gt", () => landings(control).every(({ end }) => end !== undefined));
  expect(town.status(convoys[0] ?? "")).toBe("closed");
  const second = await watch();
  await second.stop();
  expect(landings(control)).toHaveLength(1);
  expect(control.mails()).toHaveLength(1);
});

test("gt killed between closing and telling: closed counts, and gt is not asked again", async () => {
  const made = scene();
  const { town, control, watch } = made;
  const { issues, convoys } = threeConvoys(made);
  control.set({ gt: { mode: "crash-after-close", base: "head" } });
  const cli = await watch();
  town.close(issues[0] ?? "");
  await cli.record("landed", { convoy: convoys[0] });
  await cli.stop();
  expect(landings(control)).toHaveLength(1);
});

test.each([
  ["close", ["overseer", "mayor/"], "told"],
  ["export", ["overseer", "mayor/"], "told"],
  ["mail", ["overseer"], "tried, not told"],
  ["nudge", ["overseer", "mayor/"], "told"],
] as const)("a gt that stamps, killed after its %s: %j have one mail each", async (killAfter, told, word) => {
  const { town, control, watch } = scene();
  control.set({ gt: { mode: "july", killAfter } });
  const issue = town.createIssue({ id: "al-1" });
  const convoy = town.createConvoy({ tracks: [issue], description: "Notify: overseer" });
  const cli = await watch();
  town.close(issue);
  await waitFor("the gt that is killed", () => landings(control).some(({ end }) => end === undefined || end > 0));
  await waitFor("its end", () => town.status(convoy) === "closed");
  control.set({ gt: { mode: "july" } });
  expect(await cli.record("landed", { convoy })).toMatchObject({ told: word });
  await cli.stop();
  expect(
    control
      .mails()
      .map(({ to }) => to)
      .toSorted(),
  ).toEqual([...told].toSorted());
});

test.each([1, 2, 3])("kill -9 at random moments, then a restart, leads to the same end (seed %i)", async (seed) => {
  const made = scene();
  const { town, control, start, watch } = made;
  const random = numbers(seed);
  const { issues, convoys, waiting } = threeConvoys(made);
  control.set({ bd: { intervalMs: 50 }, gt: { mode: "head", delayMs: 50 } });
  for (const issue of issues) {
    const cli = start(["watch", "--json"]);
    await moment(cli, random());
    town.close(issue, { feed: random() < 0.5 });
    await sleep(random() * 250);
    kill(cli.pid);
    await cli.ended;
  }
  const last = await watch();
  await waitFor("every complete convoy closed", () => convoys.every((convoy) => town.status(convoy) === "closed"));
  await last.stop();
  expect(town.status(waiting)).toBe("open");
  for (const convoy of convoys)
    expect(town.events(convoy).filter(({ event_type }) => event_type === "closed").length).toBe(1);
  // A gt that outlives its watcher may meet the one of the next: two closers, as gt would be with itself.
  for (const convoy of convoys)
    expect(control.mails().filter((mail) => mail.convoy === convoy).length).toBeLessThanOrEqual(2);
});

/** Somewhere between the start of the process and a while after it watches. */
async function moment(cli: RunningCli, share: number): Promise<void> {
  if (share < 0.3) await sleep(share * 300);
  else await cli.record("watching");
}
