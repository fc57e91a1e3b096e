import { cpSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildTown, tempDir, until } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { follow, freshTown, oneRig } from "../support/watching.ts";
import { startWriter } from "../support/writer.ts";

describe.for(["wal", "delete"] as const)("files that change places, journal mode %s", (journal) => {
  test("a file that is replaced by rename is swept, and followed on", async () => {
    const town = freshTown({ ...oneRig, journal });
    for (const id of ["al-a", "al-b"]) town.createIssue({ id });
    const feed = await follow(town.dir);
    const writer = startWriter();
    await writer.town(town.dir, "replaceFile", "alpha");
    await until(() => feed.sweep(/was replaced/));
    await writer.town(town.dir, "close", "al-a");
    await until(() => feed.change("al-a")?.closed);
    await writer.town(town.dir, "replaceFile", "alpha");
    await writer.town(town.dir, "close", "al-b");
    await until(() => feed.change("al-b")?.closed ?? feed.sweep(/was replaced/));
  });

  test("a .beads that is deleted and made again is swept, and followed on", async () => {
    const town = freshTown({ ...oneRig, journal });
    for (const id of ["al-1", "al-2", "al-3", "al-a"]) town.createIssue({ id });
    const feed = await follow(town.dir);
    const writer = startWriter();
    const other = buildTown(join(tempDir(onTestFinished).path, "other"), { ...oneRig, journal });
    other.createIssue({ id: "al-a" });

    rmSync(town.beadsDir("alpha"), { recursive: true });
    await until(() => feed.sweep(/alpha cannot be read/));
    cpSync(other.beadsDir("alpha"), town.beadsDir("alpha"), { recursive: true });
    await until(() => feed.sweep(/alpha can be read again/));
    await writer.town(town.dir, "close", "al-a");
    await until(() => feed.change("al-a")?.closed);
  });

  test("a .beads that is moved away and back is followed on", async () => {
    const town = freshTown({ ...oneRig, journal });
    town.createIssue({ id: "al-a" });
    town.createConvoy({ tracks: ["al-a"] });
    const feed = await follow(town.dir);
    const writer = startWriter();
    const dir = town.beadsDir("alpha");
    renameSync(dir, `${dir}.away`);
    await until(() => feed.sweep(/alpha cannot be read/));
    renameSync(`${dir}.away`, dir);
    await until(() => feed.sweep(/alpha can be read again/));
    await writer.sql(town.db("alpha"), "update issues set status = 'closed', closed_at = 'x' where id = 'al-a'");
    await until(() => feed.change("al-a")?.closed);
  });

  test("the town's own database may go and come as well", async () => {
    const town = freshTown({ ...oneRig, journal });
    town.createIssue({ id: "al-a" });
    town.createIssue({ id: "hq-a" });
    town.createConvoy({ tracks: ["al-a", "hq-a"] });
    const feed = await follow(town.dir);
    const writer = startWriter();
    const dir = join(town.dir, ".beads");
    renameSync(dir, `${dir}.away`);
    await until(() => feed.sweep(/town cannot be read/));
    renameSync(`${dir}.away`, dir);
    await until(() => feed.sweep(/town can be read again/));
    await writer.town(town.dir, "close", "hq-a");
    await until(() => feed.change("hq-a")?.closed);
    await writer.sql(town.db("alpha"), "update issues set status = 'closed', closed_at = 'x' where id = 'al-a'");
    await until(() => feed.change("al-a")?.closed);
  });
});

test("a database that is deleted and made anew in the same inode is not taken for the old one", async () => {
  const town = freshTown({ ...oneRig, journal: "delete" });
  for (const id of ["al-1", "al-2", "al-3", "al-4", "al-5", "al-a"]) town.createIssue({ id });
  const other = buildTown(join(tempDir(onTestFinished).path, "other"), { ...oneRig, journal: "delete" });
  other.createIssue({ id: "al-a" });
  const feed = await follow(town.dir);
  const writer = startWriter();
  const file = town.db("alpha");
  for (let round = 0; round < 3; round += 1) {
    feed.forget();
    rmSync(file);
    await until(() => feed.sweep(/alpha cannot be read/));
    cpSync(other.db("alpha"), file);
    await until(() => feed.sweep(/alpha can be read again/));
    feed.forget();
    await writer.town(town.dir, "close", "al-a");
    await until(() => feed.change("al-a")?.closed);
  }
  expect(dirname(file)).toBe(town.beadsDir("alpha"));
});
