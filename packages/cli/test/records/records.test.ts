import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import type { RunningCli } from "../support/running-cli.ts";
import { scene } from "../support/scene.ts";
import { expectShape } from "../support/schemas.ts";

const documented = (
  JSON.parse(
    readFileSync(fileURLToPath(new URL("../../../../docs/schema/watch-record.schema.json", import.meta.url)), "utf8"),
  ) as {
    oneOf: { title: string }[];
  }
).oneOf.map(({ title }) => title);

/** Beside a rival, of a gt that takes its time to tell people, and of a town that is migrated. */
const ELSEWHERE = ["closed", "telling", "frozen", "resumed"];

function eventsOf(cli: RunningCli): string[] {
  const records = cli.records();
  for (const record of records) expectShape("watch-record", record);
  return records.map(({ event }) => event);
}

it("prints every record that is documented, in the documented shape, and no other", async () => {
  const made = scene();
  const { town } = made;
  for (const id of ["al-1", "be-1", "al-2", "be-2"]) town.createIssue({ id });
  town.createConvoy({ id: "hq-cv-lands", title: "Lands", tracks: ["al-1", "be-1"] });
  town.createConvoy({ id: "hq-cv-owned", title: "Owned", labels: ["gt:owned"], tracks: ["al-1"] });
  town.createConvoy({ id: "hq-cv-lost", rawTracks: ["external:x:zz-1"] });
  writeFileSync(join(town.dir, ".beads/routes.jsonl"), "oops\n", { flag: "a" });
  const events = new Set<string>();

  const watcher = await made.watch("--sweep", "200ms");
  town.close("al-1");
  await watcher.record("waiting", { convoy: "hq-cv-lands", done: 1 });
  town.close("be-1");
  await watcher.record("landed", { convoy: "hq-cv-lands" });
  await watcher.stop();
  for (const event of eventsOf(watcher)) events.add(event);

  made.control.set({ gt: { mode: "fails" } });
  town.close("al-2");
  town.createConvoy({ id: "hq-cv-stuck", title: "Stuck", tracks: ["al-2"] });
  const stuck = await made.watch();
  await stuck.record("stuck");
  await stuck.stop();
  for (const event of eventsOf(stuck)) events.add(event);

  expect([...new Set([...events, ...ELSEWHERE])].sort()).toEqual([...documented].sort());
});

it.each([["check", "--dry-run"], ["check"], ["watch", "--dry-run"]])(
  "prints them so for %s %s, too",
  async (...args) => {
    const made = scene();
    made.town.createIssue({ id: "al-1" });
    made.town.close("al-1");
    made.town.createConvoy({ id: "hq-cv-1", tracks: ["al-1"] });
    const cli = made.start([...args.filter(Boolean), "--json"]);
    await cli.record("complete");
    await cli.stop();
    expect(eventsOf(cli)).toContain("complete");
  },
);

it("prints them so beside a rival daemon", async () => {
  const made = scene();
  const daemon = spawn(join(made.bin, "gt"), ["daemon", "run"], { cwd: made.town.dir, env: made.env, stdio: "ignore" });
  await expect.poll(async () => (await made.run(["status"])).stdout, { timeout: 20_000 }).toContain("rival ");
  made.town.createIssue({ id: "al-1" });
  made.town.createConvoy({ id: "hq-cv-1", tracks: ["al-1"] });
  const watcher = await made.watch("--grace", "60s", "--sweep", "200ms");
  made.town.close("al-1");
  await watcher.record("complete", { convoy: "hq-cv-1" });
  made.town.close("hq-cv-1");
  await watcher.record("closed", { convoy: "hq-cv-1", done: 1, total: 1, open: [] });
  await watcher.stop();
  expect(eventsOf(watcher)).toContain("closed");
  daemon.kill("SIGTERM");
});
