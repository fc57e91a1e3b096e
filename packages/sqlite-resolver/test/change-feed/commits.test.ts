import { existsSync, statSync } from "node:fs";
import { until } from "@gastown/test-fixtures";
import { describe, expect, test } from "vitest";
import { openTown } from "../../src/index.ts";
import { driver } from "../support/driver.ts";
import { realClock } from "../support/real-clock.ts";
import { follow, freshTown, oneRig } from "../support/watching.ts";
import { startWriter } from "../support/writer.ts";

describe.for(["wal", "delete"] as const)("commits by other processes, journal mode %s", (journal) => {
  test("close, import, deletion, tombstone and reopening are seen", async () => {
    const town = freshTown({ ...oneRig, journal });
    const ids = ["al-close", "al-import", "al-delete", "al-tomb", "al-open"];
    for (const id of ids) town.createIssue({ id });
    town.createConvoy({ tracks: ids });
    town.close("al-open");
    const feed = await follow(town.dir);
    const writer = startWriter();

    await writer.town(town.dir, "close", "al-close");
    await until(() => feed.change("al-close")?.closed);
    await writer.town(town.dir, "importClosed", "al-import");
    await until(() => feed.change("al-import")?.closed);
    await writer.town(town.dir, "tombstone", "al-tomb");
    await until(() => feed.change("al-tomb")?.closed);
    await writer.town(town.dir, "hardDelete", "al-delete");
    expect(await until(() => feed.change("al-delete"))).toMatchObject({ closed: false });
    await writer.town(town.dir, "reopen", "al-open");
    // A commit may be told of twice: by its event, and by its row alone.
    const ofOpen = () => feed.hints.flatMap((hint) => (hint.kind === "issues" ? hint.changes : []));
    const reopened = await until(() => ofOpen().find((change) => change.issue === "al-open" && change.reopened));
    expect(reopened).toMatchObject({ closed: false });
  });

  test("a change that leaves no row in events is seen", async () => {
    const town = freshTown({ ...oneRig, journal });
    for (const id of ["al-a", "al-b", "hq-c"]) town.createIssue({ id });
    town.createConvoy({ tracks: ["al-a", "al-b", "hq-c"] });
    const feed = await follow(town.dir);
    const writer = startWriter();

    await writer.sql(town.db("alpha"), "update issues set status = 'closed', closed_at = 'x' where id = 'al-a'");
    await until(() => feed.change("al-a")?.closed);
    await writer.sql(town.db(), "update issues set status = 'closed', closed_at = 'x' where id = 'hq-c'");
    await until(() => feed.change("hq-c")?.closed);
    await writer.sql(town.db("alpha"), "update issues set status = 'open', closed_at = null where id = 'al-a'");
    await until(() => feed.change("al-a")?.closed === false);
  });

  test("a close that an event told of is not told again by the comparison that follows", async () => {
    const town = freshTown({ ...oneRig, journal });
    for (const id of ["al-a", "al-b"]) town.createIssue({ id });
    town.createConvoy({ tracks: ["al-a", "al-b"] });
    const feed = await follow(town.dir);
    const writer = startWriter();

    await writer.sql(town.db("alpha"), "update issues set title = 'the first comparison' where id = 'al-b'");
    await writer.town(town.dir, "close", "al-a");
    await until(() => feed.change("al-a")?.closed);
    await writer.sql(town.db("alpha"), "update issues set status = 'closed', closed_at = 'x' where id = 'al-b'");
    await until(() => feed.change("al-b")?.closed);
    const closes = feed.hints.flatMap((hint) => (hint.kind === "issues" ? hint.changes : []));
    expect(closes.filter(({ issue, closed }) => issue === "al-a" && closed)).toHaveLength(1);
  });

  test("a close that comes between the look and the comparison is told once", async () => {
    const town = freshTown({ ...oneRig, journal });
    for (const id of ["al-a", "al-b"]) town.createIssue({ id });
    town.createConvoy({ tracks: ["al-a", "al-b"] });
    const writer = startWriter();
    let meanwhile: (() => Promise<unknown>) | undefined;
    const opened = openTown({ town: town.dir, now: () => realClock.now(), driver });
    const places = opened.places().map((place) => ({
      ...place,
      open: async () => {
        const database = await place.open();
        const issues: typeof database.issues = async (ids) => {
          const [once] = [meanwhile, (meanwhile = undefined)];
          await once?.();
          return database.issues(ids);
        };
        return { ...database, issues };
      },
    }));
    const feed = await follow(town.dir, { files: { ...opened, places: () => places } });

    await writer.sql(town.db("alpha"), "update issues set title = 'the first comparison' where id = 'al-b'");
    meanwhile = () => writer.town(town.dir, "close", "al-a");
    await writer.sql(town.db("alpha"), "update issues set title = 'the second comparison' where id = 'al-b'");
    await until(() => feed.change("al-a")?.closed);
    await writer.sql(town.db("alpha"), "update issues set status = 'closed', closed_at = 'x' where id = 'al-b'");
    await until(() => feed.change("al-b")?.closed);
    const changes = feed.hints.flatMap((hint) => (hint.kind === "issues" ? hint.changes : []));
    expect(changes.filter(({ issue, closed }) => issue === "al-a" && closed)).toHaveLength(1);
  });

  test("an event of an issue that has been closed for long is no close", async () => {
    const town = freshTown({ ...oneRig, journal });
    for (const id of ["al-a", "al-b"]) town.createIssue({ id });
    town.createConvoy({ tracks: ["al-a", "al-b"] });
    town.close("al-a");
    const feed = await follow(town.dir);
    const writer = startWriter();
    // A first comparison, so that it is known how they stand.
    await writer.town(town.dir, "close", "al-b");
    await until(() => feed.change("al-b")?.closed);
    await writer.sql(
      town.db("alpha"),
      "insert into events (issue_id, event_type, actor) values ('al-a', 'commented', 'x')",
    );
    expect(await until(() => feed.change("al-a"))).toMatchObject({ closed: false });
  });

  test("a change is seen while events of other issues come all the time", async () => {
    const town = freshTown({ ...oneRig, journal });
    for (const id of ["al-a", "al-noise"]) town.createIssue({ id });
    town.createConvoy({ tracks: ["al-a"] });
    const feed = await follow(town.dir);
    const writer = startWriter();

    await writer.sql(town.db("alpha"), "update issues set status = 'closed', closed_at = 'x' where id = 'al-a'");
    for (let nth = 0; feed.change("al-a") === undefined; nth += 1) {
      expect(nth, "commits until it was seen").toBeLessThan(2_000);
      await writer.town(town.dir, "setStatus", "al-noise", nth % 2 === 0 ? "in_progress" : "open");
    }
  });

  test("a database without events is followed by what convoys wait for", async () => {
    const town = freshTown({ ...oneRig, journal, schema: "minimal" });
    for (const id of ["al-a", "al-done"]) town.createIssue({ id });
    town.close("al-done");
    town.createConvoy({ tracks: ["al-a"] });
    const feed = await follow(town.dir);
    const writer = startWriter();

    await writer.town(town.dir, "close", "al-a");
    await until(() => feed.change("al-a")?.closed);
    const later = await writer.town(town.dir, "createConvoy", { tracks: ["al-done"] });
    await until(() => feed.change(String(later)));
  });

  test("a convoy that is created later with closed issues is told", async () => {
    const town = freshTown({ ...oneRig, journal });
    town.createIssue({ id: "al-done" });
    town.close("al-done");
    const feed = await follow(town.dir);
    const writer = startWriter();
    const convoy = await writer.town(town.dir, "createConvoy", { tracks: ["al-done"] });
    await until(() => feed.change(String(convoy)));
  });

  test("checkpoint, truncation and VACUUM hide nothing that comes after them", async () => {
    const town = freshTown({ ...oneRig, journal });
    for (const id of ["al-a", "al-b", "al-c"]) town.createIssue({ id });
    const feed = await follow(town.dir);
    const writer = startWriter();
    const file = town.db("alpha");

    await writer.sql(file, "create table scratch (x)", { keep: true });
    await writer.town(town.dir, "close", "al-a");
    await until(() => feed.change("al-a")?.closed);
    const [checkpoint] = (await writer.sql(file, "pragma wal_checkpoint(truncate)", { keep: true })) as {
      busy: number;
    }[];
    expect(checkpoint, "nobody holds a transaction or a cursor open").toMatchObject({ busy: 0 });
    if (journal === "wal") expect(statSync(`${file}-wal`).size).toBe(0);
    await writer.town(town.dir, "close", "al-b");
    await until(() => feed.change("al-b")?.closed);
    await writer.sql(file, "vacuum", { keep: true });
    await writer.town(town.dir, "close", "al-c");
    await until(() => feed.change("al-c")?.closed);
  });
});

test("a database that turns from DELETE to WAL and back while it is watched is followed on", async () => {
  const town = freshTown({ ...oneRig, journal: "delete" });
  for (const id of ["al-a", "al-b"]) town.createIssue({ id });
  const feed = await follow(town.dir);
  const writer = startWriter();
  expect(await writer.sql(town.db("alpha"), "pragma journal_mode = wal")).toEqual([{ journal_mode: "wal" }]);
  await writer.town(town.dir, "close", "al-a");
  await until(() => feed.change("al-a")?.closed);
  await writer
    .sql(town.db("alpha"), "pragma journal_mode = delete")
    .catch(() => "another process has it open, and that is its right");
  await writer.town(town.dir, "close", "al-b");
  await until(() => feed.change("al-b")?.closed);
});

test("more events at once than are worth reading ask for a sweep", async () => {
  const town = freshTown();
  town.createIssue({ id: "al-a" });
  const feed = await follow(town.dir);
  const writer = startWriter();
  await writer.sql(
    town.db("alpha"),
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1500) insert into events(issue_id, event_type, actor) select 'al-a', 'updated', 'x' from n",
  );
  expect(await until(() => feed.sweep(/new events/))).toContain("over 1000 new events");
});

test("an uncommitted change is not told, and one rolled back never", async () => {
  const town = freshTown();
  for (const id of ["al-a", "al-b"]) town.createIssue({ id });
  town.createConvoy({ tracks: ["al-a", "al-b"] });
  const feed = await follow(town.dir);
  const writer = startWriter();
  const file = town.db("alpha");
  await writer.sql(file, "begin immediate", { keep: true });
  await writer.sql(file, "update issues set status = 'closed', closed_at = 'x' where id = 'al-a'", { keep: true });
  await writer.sql(file, "rollback", { keep: true });
  await writer.town(town.dir, "close", "al-b");
  await until(() => feed.change("al-b")?.closed);
  expect(feed.change("al-a")).toBeUndefined();
  expect(existsSync(file)).toBe(true);
});
