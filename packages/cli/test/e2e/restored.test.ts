import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { landings } from "../support/landings.ts";
import { moreSweeps } from "../support/running-cli.ts";
import { scene } from "../support/scene.ts";

function truncateLog(file: string): void {
  const database = new Database(file);
  database.pragma("wal_checkpoint(truncate)");
  database.close();
}

const removeLog = (file: string): void => {
  for (const suffix of ["-wal", "-shm"]) rmSync(file + suffix, { force: true });
};

/** As `cp` does it: the file stays the same, and what is in it changes. */
const restore = (file: string): void => writeFileSync(file, readFileSync(`${file}.bak`));

test.each([
  ["after its log was removed", (file: string) => (removeLog(file), restore(file))],
  ["over a log that was left", restore],
])("a backup restored in place %s: the issue that is open again lands no convoy", async (_when, spoil) => {
  const { town, control, watch } = scene();
  const issue = town.createIssue({ rig: "alpha" });
  const file = town.db("alpha");
  truncateLog(file);
  copyFileSync(file, `${file}.bak`);
  const other = town.createIssue({ rig: "beta" });
  const first = town.createConvoy({ tracks: [issue, other] });
  const cli = await watch("--sweep", "300ms");
  town.close(issue);
  await cli.record("close", { issue });
  truncateLog(file);
  spoil(file);
  const second = town.createConvoy({ tracks: [issue] });
  town.close(other);
  await cli.record("waiting", { convoy: first, done: 1, open: 1 });
  await cli.record("waiting", { convoy: second, done: 0, open: 1 });
  await moreSweeps(cli, 3);
  expect(landings(control)).toEqual([]);
  town.close(issue);
  await cli.record("landed", { convoy: first });
  await cli.record("landed", { convoy: second });
  await cli.stop();
});

test("a log that was removed from under the watcher hides no close", async () => {
  const { town, watch } = scene();
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ tracks: [issue] });
  truncateLog(town.db("alpha"));
  const cli = await watch("--source", "db");
  removeLog(town.db("alpha"));
  town.close(issue);
  await cli.record("landed", { convoy });
  await cli.stop();
});
