import { appendFileSync, cpSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { virtualClock } from "@gastown/test-fixtures";
import { expect, test } from "vitest";
import { openTown } from "../../src/index.ts";
import { counting } from "../support/counting.ts";
import { driver } from "../support/driver.ts";
import { stirredWatch } from "../support/stirred-watch.ts";
import { follow, freshTown } from "../support/watching.ts";
import { startWriter } from "../support/writer.ts";

const tick = 750;

test("a directory that was made again is watched anew, and the old one let go of", async () => {
  const town = freshTown();
  const clock = virtualClock();
  const watch = stirredWatch();
  await follow(town.dir, { clock, watchDirectory: watch.watchDirectory });
  const dir = town.beadsDir("alpha");
  expect(watch.watched.filter((one) => one === dir)).toHaveLength(1);
  renameSync(dir, `${dir}.old`);
  await clock.advance(tick + 10);
  expect(watch.watched).not.toContain(dir);
  mkdirSync(dir);
  cpSync(`${dir}.old`, dir, { recursive: true });
  await clock.advance(tick + 10);
  expect(watch.watched.filter((one) => one === dir)).toHaveLength(1);
});

test("a watch that the system has ended is begun again", async () => {
  const town = freshTown();
  const clock = virtualClock();
  const watch = stirredWatch();
  await follow(town.dir, { clock, watchDirectory: watch.watchDirectory });
  const before = watch.watched.toSorted();
  expect(before).toHaveLength(2);
  watch.die();
  expect(watch.watched).toEqual([]);
  await clock.advance(tick + 10);
  expect(watch.watched.toSorted()).toEqual(before);
});

test("an event of routes.jsonl makes it be read at the next look, not when two seconds are over", async () => {
  const town = freshTown({ rigs: { alpha: { prefix: "al" }, beta: { prefix: "be" } } });
  const clock = virtualClock();
  const watch = stirredWatch();
  const feed = await follow(town.dir, { clock, watchDirectory: watch.watchDirectory });
  await clock.advance(3_000);
  appendFileSync(join(town.dir, ".beads/routes.jsonl"), '{"prefix":"ga-","path":"gamma"}\n');
  watch.stir("routes.jsonl");
  await clock.advance(tick + 10);
  expect(feed.sweep(/names another rig/)).toBeDefined();
});

test.for(["metadata.json", "redirect"])("an event of %s makes a move be seen at once", async (name) => {
  const town = freshTown();
  const clock = virtualClock();
  const watch = stirredWatch();
  const feed = await follow(town.dir, { clock, watchDirectory: watch.watchDirectory });
  await clock.advance(3_000);
  const dir = town.beadsDir("alpha");
  if (name === "metadata.json") {
    await startWriter().sql(town.db("alpha"), `vacuum into '${join(dir, "other.db")}'`);
    appendFileSync(join(dir, "new.json"), '{"database":"other.db"}');
    renameSync(join(dir, "new.json"), join(dir, name));
  } else {
    cpSync(dir, join(town.dir, "moved/.beads"), { recursive: true });
    appendFileSync(join(dir, name), "../moved/.beads\n");
  }
  watch.stir(name);
  await clock.advance(10);
  expect(feed.sweep(/alpha has moved/)).toBeDefined();
});

test("a commit that can be read only a moment after its event is told long before the next slow look", async () => {
  const town = freshTown();
  town.createIssue({ id: "al-a" });
  town.createConvoy({ tracks: ["al-a"] });
  const clock = virtualClock();
  const watch = stirredWatch();
  const feed = await follow(town.dir, { clock, watchDirectory: watch.watchDirectory });
  const writer = startWriter();
  const file = town.db("alpha");
  await clock.advance(tick + 10);
  await writer.sql(file, "begin immediate", { keep: true });
  await writer.sql(file, "update issues set status = 'closed', closed_at = 'x' where id = 'al-a'", { keep: true });
  await writer.sql(file, "insert into events (issue_id, event_type, actor) values ('al-a', 'closed', 'x')", {
    keep: true,
  });
  watch.stir("beads.db-wal");
  await clock.advance(5);
  expect(feed.change("al-a")).toBeUndefined();
  await writer.sql(file, "commit", { keep: true });
  await clock.advance(100);
  expect(feed.change("al-a")).toMatchObject({ closed: true });
});

test("events whose ids begin anew are told", async () => {
  const town = freshTown();
  for (const id of ["al-a", "al-b"]) town.createIssue({ id });
  for (let again = 0; again < 5; again += 1) town.close("al-a");
  const clock = virtualClock();
  const feed = await follow(town.dir, { clock });
  const writer = startWriter();
  await writer.sql(
    town.db("alpha"),
    "begin; delete from events; delete from sqlite_sequence where name = 'events'; commit",
  );
  await clock.advance(tick + 10);
  feed.forget();
  await writer.town(town.dir, "close", "al-b");
  await clock.advance(tick + 10);
  expect(feed.change("al-b"), "no convoy waits for it: no comparison finds it").toMatchObject({ closed: true });
});

test("a lock that passes is told neither as a fault nor as its end", async () => {
  const town = freshTown({ rigs: { alpha: { prefix: "al" } }, journal: "delete" });
  for (const id of ["al-a", "al-b"]) town.createIssue({ id });
  town.createConvoy({ tracks: ["al-a", "al-b"] });
  const clock = virtualClock();
  const watch = stirredWatch();
  const feed = await follow(town.dir, { clock, watchDirectory: watch.watchDirectory });
  const writer = startWriter();
  const file = town.db("alpha");
  await writer.sql(file, "begin exclusive", { keep: true });
  await writer.sql(file, "update issues set title = 'x' where id = 'al-a'", { keep: true });
  watch.stir("beads.db-journal");
  await clock.advance(2 * tick);
  await writer.sql(file, "commit", { keep: true });
  await writer.town(town.dir, "close", "al-b");
  await clock.advance(2 * tick);
  expect(feed.change("al-b")).toMatchObject({ closed: true });
  expect(feed.hints.filter(({ kind }) => kind === "sweep")).toEqual([]);
});

test("events of attributes alone cost a look at the attributes, once for all of them, and no more", async () => {
  const town = freshTown();
  const clock = virtualClock();
  const watch = stirredWatch();
  const { files, reads, forget } = counting(openTown({ town: town.dir, now: () => clock.now(), driver }));
  await follow(town.dir, { clock, files, watchDirectory: watch.watchDirectory });
  await clock.advance(10_000);
  watch.stir("beads.db-wal");
  await clock.advance(1_000);
  forget();
  for (let count = 0; count < 100; count += 1) watch.stir("beads.db-wal");
  await clock.advance(100);
  // Of two places, and of a tick that may come in between.
  expect(reads.looks).toBeLessThanOrEqual(4);
  expect(reads.questions).toBe(0);
});
