import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { tempDir, until, virtualClock } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { openTown } from "../../src/index.ts";
import { counting } from "../support/counting.ts";
import { driver } from "../support/driver.ts";
import { stirredWatch } from "../support/stirred-watch.ts";
import { follow, freshTown, oneRig } from "../support/watching.ts";
import { startWriter } from "../support/writer.ts";

/** A database of another program, in the mode that beads has, too. */
const FOREIGN = "pragma journal_mode = wal; create table bookmarks (url text); insert into bookmarks values ('x')";

async function foreign(file: string): Promise<void> {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true });
  writeFileSync(file, "");
  await startWriter().sql(file, FOREIGN);
}

test("a database that opens and is not a beads database is opened ever more rarely, whatever its own opening stirs up", async () => {
  const town = freshTown();
  await foreign(town.db("alpha"));
  const clock = virtualClock();
  const watch = stirredWatch();
  let openings = 0;
  const { files } = counting(openTown({ town: town.dir, now: () => clock.now(), driver }), (file) => {
    if (file !== town.db("alpha")) return;
    openings += 1;
    // As root SQLite changes the owner of a log whenever it opens one.
    watch.stir("beads.db-wal");
  });
  const feed = await follow(town.dir, { clock, files, watchDirectory: watch.watchDirectory });
  await clock.advance(60_000);
  expect(openings).toBeGreaterThan(5);
  expect(openings).toBeLessThan(13);
  expect(feed.hints.filter(({ kind }) => kind === "sweep")).toEqual([]);
});

test("while such a database is there timers run and the first SIGTERM ends it (as root its opening makes an event of its own)", async () => {
  const town = freshTown();
  await foreign(town.db("alpha"));
  const program = fileURLToPath(new URL("../support/programs/spinning.ts", import.meta.url));
  const child = spawn(process.execPath, [program, town.dir], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === "timer") child.kill("SIGTERM");
  }
  expect(lines).toEqual(["attached", "timer", "stopped"]);
});

test("a damaged page is told of once, not at every look; once it is mended that is told, and it is followed", async () => {
  const town = freshTown();
  for (const id of ["al-0", "al-1"]) town.createIssue({ id });
  town.createConvoy({ tracks: ["al-0", "al-1"] });
  const writer = startWriter();
  const file = town.db("alpha");
  await writer.sql(file, "pragma wal_checkpoint(truncate)");
  const clock = virtualClock();
  const feed = await follow(town.dir, { clock });
  await clock.advance(2_000);
  feed.forget();
  const [table] = (await writer.sql(file, "select rootpage from sqlite_master where name = 'events'")) as {
    rootpage: number;
  }[];
  const whole = readFileSync(file);
  const damaged = Buffer.from(whole);
  damaged.fill(0xa5, ((table?.rootpage ?? 0) - 1) * 4096, (table?.rootpage ?? 0) * 4096);
  writeFileSync(file, damaged);
  await clock.advance(60_000);
  const sweeps = (): string[] => feed.hints.flatMap((hint) => (hint.kind === "sweep" ? [hint.reason] : []));
  expect(sweeps()).toEqual(["alpha cannot be read"]);
  writeFileSync(file, whole);
  await clock.advance(2_000);
  expect(sweeps()).toEqual(["alpha cannot be read", "alpha can be read again"]);
  await writer.town(town.dir, "close", "al-0");
  await clock.advance(1_000);
  expect(feed.change("al-0")).toMatchObject({ closed: true });
});

test("a broken view and a virtual table of an unknown module hide nothing", async () => {
  const town = freshTown();
  town.createIssue({ id: "al-a" });
  town.createConvoy({ tracks: ["al-a"] });
  const writer = startWriter();
  const file = town.db("alpha");
  await writer.sql(
    file,
    "create table scratch (a); create view mine as select nosuch from scratch; create view issues_of as select * from gone",
  );
  await writer.sql(file, "create virtual table vectors using fts5(a)");
  await writer.sql(file, "pragma wal_checkpoint(truncate)");
  const bytes = readFileSync(file);
  bytes.write("vec0", bytes.indexOf("using fts5(a)") + "using ".length);
  writeFileSync(file, bytes);
  const feed = await follow(town.dir);
  expect(feed.hints.filter(({ kind }) => kind === "sweep")).toEqual([]);
  await writer.town(town.dir, "close", "al-a");
  await until(() => feed.change("al-a")?.closed);
});

test("a database that is a link is watched where it lies, not found by the slow look alone", async () => {
  const town = freshTown();
  town.createIssue({ id: "al-a" });
  town.createConvoy({ tracks: ["al-a"] });
  const file = town.db("alpha");
  const there = join(tempDir(onTestFinished).path, "elsewhere");
  mkdirSync(there);
  await startWriter().sql(file, "pragma journal_mode = delete");
  renameSync(file, join(there, "real.db"));
  symlinkSync(join(there, "real.db"), file);
  await startWriter().sql(file, "pragma journal_mode = wal");
  const watched: string[] = [];
  const feed = await follow(town.dir, {
    watchDirectory: (dir) => {
      watched.push(dir);
      return { kind: "watched", identity: "", alive: () => true, close: () => undefined };
    },
  });
  expect(watched).toContain(there);
  expect(watched).toContain(town.beadsDir("alpha"));
  await startWriter().town(town.dir, "close", "al-a");
  await until(() => feed.change("al-a")?.closed);
});

test("a watcher at rest does not keep bd from changing the journal mode, and is told of what comes after", async () => {
  const town = freshTown(oneRig);
  for (const id of ["al-a", "al-b"]) town.createIssue({ id });
  town.createConvoy({ tracks: ["al-a", "al-b"] });
  const clock = virtualClock();
  const feed = await follow(town.dir, { clock });
  await clock.advance(20_000);
  const writer = startWriter();
  const file = town.db("alpha");
  expect(await writer.sql(file, "pragma journal_mode = delete")).toEqual([{ journal_mode: "delete" }]);
  await writer.town(town.dir, "close", "al-a");
  await clock.advance(1_000);
  expect(feed.change("al-a")).toMatchObject({ closed: true });
  await clock.advance(20_000);
  expect(await writer.sql(file, "pragma journal_mode = wal")).toEqual([{ journal_mode: "wal" }]);
  await clock.advance(20_000);
  await writer.town(town.dir, "close", "al-b");
  await clock.advance(1_000);
  expect(feed.change("al-b")).toMatchObject({ closed: true });
  expect(feed.hints.filter(({ kind }) => kind === "sweep")).toEqual([]);
});
