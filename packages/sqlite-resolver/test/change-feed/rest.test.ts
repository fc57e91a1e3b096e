import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { until, virtualClock } from "@gastown/test-fixtures";
import { expect, test } from "vitest";
import { unwatchable, watchDirectory } from "../../src/file-events.ts";
import { openTown, type WatchDirectory } from "../../src/index.ts";
import { counting } from "../support/counting.ts";
import { driver } from "../support/driver.ts";
import { openFiles } from "../support/open-files.ts";
import { follow, freshTown, oneRig } from "../support/watching.ts";
import { startWriter } from "../support/writer.ts";

/** There it polls, always: its file watcher would drop SQLite's locks. */
const onDeno = "Deno" in globalThis;

const LIMIT = "the limit of file watches is reached (fs.inotify.max_user_watches)";

test.for(["wal", "delete"] as const)(
  `at rest (%s) there is no hint, no query, and ${onDeno ? "ten looks" : "four looks"} ${onDeno ? "a second" : "in three seconds"}`,
  async (journal) => {
    const town = freshTown({ rigs: { alpha: { prefix: "al" }, beta: { prefix: "be" } }, journal });
    town.createIssue({ id: "al-a" });
    town.createConvoy({ tracks: ["al-a"] });
    const clock = virtualClock();
    const { files, reads, forget } = counting(openTown({ town: town.dir, now: () => clock.now(), driver }));
    const feed = await follow(town.dir, { clock, files });
    await clock.advance(10_000);
    const hints = feed.hints.length;
    const { slept } = clock;
    forget();
    await clock.advance(60_000);
    expect(feed.hints.slice(hints)).toEqual([]);
    expect(reads.queries).toBe(0);
    const looks = onDeno ? 600 : 80;
    expect(clock.slept - slept).toBe(looks);
    expect(reads.looks).toBe(looks * 3);
    expect(clock.sleeping).toEqual([onDeno ? 100 : 750]);
  },
);

test.for(["wal", "delete"] as const)(
  "where files cannot be watched it polls, says so once, and sees commits (%s)",
  async (journal) => {
    const town = freshTown({ ...oneRig, journal });
    for (const id of ["al-a", "al-b"]) town.createIssue({ id });
    town.createConvoy({ tracks: ["al-a", "al-b"] });
    const feed = await follow(town.dir, { watchDirectory: () => ({ kind: "unwatched", why: LIMIT }) });
    expect(feed.state()).toEqual({ kind: "state", state: "up", detail: `polling every 100 ms: ${LIMIT}` });
    const writer = startWriter();
    await writer.town(town.dir, "close", "al-a");
    await until(() => feed.change("al-a")?.closed);
    await writer.sql(town.db("alpha"), "update issues set status = 'closed', closed_at = 'x' where id = 'al-b'");
    await until(() => feed.change("al-b")?.closed);
    await writer.town(town.dir, "replaceFile", "alpha");
    await until(() => feed.sweep(/was replaced/));
    expect(feed.hints.filter(({ kind }) => kind === "state")).toHaveLength(1);
  },
);

test("polling is every 100 ms, by the clock", async () => {
  const clock = virtualClock();
  const feed = await follow(freshTown().dir, { clock, watchDirectory: () => ({ kind: "unwatched", why: LIMIT }) });
  await until(() => clock.sleeping.length === 1);
  expect(clock.sleeping).toEqual([100]);
  const { slept } = clock;
  await clock.advance(10_000);
  expect(clock.slept - slept).toBe(100);
  expect(feed.hints.filter(({ kind }) => kind === "issues")).toEqual([]);
});

test.skipIf(onDeno)("once files can be watched again it goes back to watching, and says so", async () => {
  const clock = virtualClock();
  const limit = { reached: true };
  const limited: WatchDirectory = (dir, onChange) =>
    limit.reached ? { kind: "unwatched", why: LIMIT } : watchDirectory(dir, onChange);
  const feed = await follow(freshTown().dir, { clock, watchDirectory: limited });
  limit.reached = false;
  await clock.advance(200);
  expect(feed.state()).toEqual({ kind: "state", state: "up" });
  expect(clock.sleeping).toEqual([750]);
});

test("a directory that cannot be watched is a reason in words, not a failure", () => {
  expect(watchDirectory(join(freshTown().dir, "none"), () => undefined)).toMatchObject({
    kind: "unwatched",
    why: expect.stringContaining(onDeno ? "Deno opens and closes the files" : "ENOENT"),
  });
});

test("a database that is locked when the town is first looked at is swept once it can be read", async () => {
  const town = freshTown({ ...oneRig, journal: "delete" });
  town.createIssue({ id: "al-a" });
  const writer = startWriter();
  await writer.sql(town.db("alpha"), "begin exclusive", { keep: true });
  const feed = await follow(town.dir);
  await writer.sql(town.db("alpha"), "rollback", { keep: true });
  await until(() => feed.sweep(/alpha can be read again/));
  await writer.town(town.dir, "close", "al-a");
  await until(() => feed.change("al-a")?.closed);
});

test("a lock that comes and goes while it is watched ends nothing, and hides nothing", async () => {
  const town = freshTown({ ...oneRig, journal: "delete" });
  for (const id of ["al-a", "al-b"]) town.createIssue({ id });
  const feed = await follow(town.dir);
  const writer = startWriter();
  const file = town.db("alpha");
  await writer.sql(file, "begin exclusive", { keep: true });
  await writer.sql(file, "update issues set title = 'x' where id = 'al-a'", { keep: true });
  // The feed must have met the lock: the town's own place is looked at after it in every round.
  town.createIssue({ id: "hq-sign" });
  await until(() => feed.change("hq-sign"));
  await writer.sql(file, "commit", { keep: true });
  await writer.town(town.dir, "close", "al-b");
  await until(() => feed.change("al-b")?.closed);
});

test("when it is stopped nothing is left: no sleep, no open file, and the process ends by itself", async () => {
  const town = freshTown();
  const clock = virtualClock();
  const feed = await follow(town.dir, { clock });
  await feed.stop();
  expect(clock.sleeping).toEqual([]);
  const program = fileURLToPath(new URL("../support/programs/feeding.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, town.dir], { timeout: 20_000 });
  const { during, after } = JSON.parse(stdout) as { during: number; after: number };
  expect(during).toBeGreaterThan(0);
  expect(after).toBe(0);
});

test.for([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [0x65735546, "FUSE"],
  [0x01021997, "9P"],
] as const)("a directory whose file system is of type %i is not watched: it is on %s", ([type, name]) => {
  expect(unwatchable("/there", type)).toEqual({ kind: "unwatched", why: `/there is on ${name}`, remote: true });
  const ext4 = 0xef53;
  expect(unwatchable("/there", ext4)).toBeUndefined();
});

test("on another machine's files a database at rest is asked all the same: what they look like from here comes late", async () => {
  const town = freshTown();
  const clock = virtualClock();
  const { files, reads, forget } = counting(openTown({ town: town.dir, now: () => clock.now(), driver }));
  const away: WatchDirectory = (dir) => unwatchable(dir, 0x6969) ?? expect.fail("NFS is watched");
  await follow(town.dir, { clock, files, watchDirectory: away });
  await clock.advance(20_000);
  forget();
  await clock.advance(10_000);
  expect(reads.questions).toBe(200);
  expect(openFiles(town.db("alpha"))).toBeGreaterThan(0);
});
