import { execFileSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { DatabaseError, type DatabaseFault } from "@gastown/convoy-core";
import type { Town } from "@gastown/test-fixtures";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { openStore, statesOf } from "./support/store.ts";
import { freshTown } from "./support/watching.ts";
import { startWriter } from "./support/writer.ts";

/** A town with an issue in each of two rigs, tracked by one convoy; beta is the one that gets broken. */
function brokenTown(
  breakIt: (file: string, town: Town) => void,
  journal: "wal" | "delete" = "wal",
): { town: Town; convoy: string } {
  const town = freshTown({ journal, rigs: { alpha: { prefix: "al" }, beta: { prefix: "be" } } });
  for (const id of ["al-a", "be-a"]) {
    town.createIssue({ id });
    town.close(id);
  }
  const convoy = town.createConvoy({ tracks: ["al-a", "be-a"] });
  breakIt(town.db("beta"), town);
  return { town, convoy };
}

const overwrite = (file: string, at: number, bytes: Buffer): void => {
  const fd = openSync(file, "r+");
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
};

const cases: readonly (readonly [name: string, fault: DatabaseFault, breakIt: (file: string, town: Town) => void])[] = [
  ["missing", "missing", (file) => rmSync(file)],
  ["missing with all of its .beads", "missing", (_, town) => rmSync(town.beadsDir("beta"), { recursive: true })],
  [
    "below a file",
    "missing",
    (_, town) => (rmSync(town.beadsDir("beta"), { recursive: true }), writeFileSync(town.beadsDir("beta"), "")),
  ],
  ["a directory", "directory", (file) => (rmSync(file), mkdirSync(file))],
  ["an empty file", "empty", (file) => writeFileSync(file, "")],
  ["another program's", "foreign", (file) => (rmSync(file), foreign(file))],
  ["text", "corrupt", (file) => writeFileSync(file, "not a database\n".repeat(500))],
  ["cut off after a page", "corrupt", (file) => truncateSync(file, 4096)],
  ["cut off within its header", "corrupt", (file) => truncateSync(file, 60)],
  ["overwritten in the middle", "corrupt", (file) => overwrite(file, 100, Buffer.alloc(3_000, 0xa5))],
  ["a link to itself", "unreadable", (file) => (rmSync(file), symlinkSync("beads.db", file))],
  ["a link that leads nowhere", "missing", (file) => (rmSync(file), symlinkSync("nowhere", file))],
  ["a pipe", "unreadable", (file) => (rmSync(file), execFileSync("mkfifo", [file]))],
  ["a device", "unreadable", (file) => (rmSync(file), symlinkSync("/dev/zero", file))],
];

function foreign(file: string): void {
  const db = new Database(file);
  db.exec("create table issues (number integer, closed integer); create table users (name)");
  db.close();
}

/** But for the two that SQLite itself puts beside a database in WAL mode, whoever opens it. */
function filesOf(dir: string): string[] | undefined {
  if (!existsSync(dir) || !statSync(dir).isDirectory()) return undefined;
  return readdirSync(dir)
    .filter((name) => !/^beads\.db-(wal|shm)$/.test(name))
    .toSorted();
}

describe("a rig's database that is", () => {
  test.for(cases)("%s is a fault of its own (%s) with a hint; the others carry on", async ([, fault, breakIt]) => {
    const { town, convoy } = brokenTown(breakIt);
    const there = filesOf(town.beadsDir("beta"));
    const { store, faults } = openStore(town.dir);
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["done", "unknown"] });
    const error = faults.get("beta");
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({
      fault,
      code: `database-${fault}`,
      database: expect.stringContaining("beta"),
      hint: expect.stringMatching(/\w{3}/),
    });
    expect(error?.message).toContain("beta");
    expect([...faults.keys()]).toEqual(["beta"]);
    expect(filesOf(town.beadsDir("beta")), "nothing is created by reading it").toEqual(there);
  });

  test("unreadable by its mode is a fault as well (left out as root, whom no mode stops: the link to itself stands in)", async ({
    skip,
  }) => {
    skip(process.getuid?.() === 0, "as root no mode keeps a file from being read");
    const { town, convoy } = brokenTown((file) => execFileSync("chmod", ["000", file]));
    const { store, faults } = openStore(town.dir);
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["done", "unknown"] });
    expect(faults.get("beta")?.fault).toBe("unreadable");
  });

  test("locked by another process is told as locked, and read once that lets go", async () => {
    const { town, convoy } = brokenTown(() => undefined, "delete");
    const writer = startWriter();
    await writer.sql(town.db("beta"), "begin exclusive", { keep: true });
    const { store, faults } = openStore(town.dir);
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["done", "unknown"] });
    expect(faults.get("beta")).toMatchObject({
      fault: "locked",
      code: "database-locked",
      hint: expect.stringContaining("tried again"),
    });
    await writer.sql(town.db("beta"), "rollback", { keep: true });
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["done", "done"] });
    expect(faults.size).toBe(0);
  });

  test("mended is read again, after each kind of fault", async () => {
    for (const [name, , breakIt] of cases.slice(3)) {
      const { town, convoy } = brokenTown(() => undefined);
      const whole = readFileSync(town.db("beta"));
      const { store } = openStore(town.dir);
      expect({ name, ...(await statesOf(store, convoy)) }).toEqual({ name, [convoy]: ["done", "done"] });
      breakIt(town.db("beta"), town);
      rmSync(town.db("beta"), { recursive: true });
      writeFileSync(town.db("beta"), whole);
      expect({ name, ...(await statesOf(store, convoy)) }).toEqual({ name, [convoy]: ["done", "done"] });
    }
  });
});

describe("the town's own database", () => {
  test.for(cases.filter(([name]) => !name.startsWith("below") && !name.includes("all of its")))(
    "that is %s is an error to whoever asks (%s)",
    async ([, fault, breakIt]) => {
      const town = freshTown();
      breakIt(town.db(), town);
      const { store } = openStore(town.dir);
      await expect(store.openConvoys()).rejects.toMatchObject({ fault });
      await expect(store.openConvoys(), "a second time").rejects.toMatchObject({ fault });
      await expect(store.convoysTracking(["al-a"])).rejects.toBeInstanceOf(DatabaseError);
    },
  );

  test("without dependencies is no town's database", async () => {
    const town = freshTown();
    await startWriter().sql(town.db(), "drop table dependencies");
    const { store } = openStore(town.dir);
    await expect(store.openConvoys()).rejects.toMatchObject({
      fault: "foreign",
      message: expect.stringContaining("dependencies"),
    });
  });
});

describe("what is left behind by reading", () => {
  test("no transaction and no cursor: another process can truncate the log and rebuild the file", async () => {
    const { town, convoy } = brokenTown(() => undefined);
    const { store } = openStore(town.dir);
    await statesOf(store, convoy);
    await store.convoysTracking(["al-a"]);
    await store.closedConvoysTracking?.("al-a");
    const writer = startWriter();
    for (const rig of ["alpha", "beta", undefined]) {
      const file = town.db(rig);
      await writer.sql(file, "create table scratch (x)", { keep: true });
      expect(await writer.sql(file, "pragma wal_checkpoint(truncate)", { keep: true })).toMatchObject([
        { busy: 0, log: 0 },
      ]);
      await writer.sql(file, "vacuum", { keep: true });
      expect(await writer.sql(file, "pragma integrity_check", { keep: true })).toEqual([{ integrity_check: "ok" }]);
    }
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["done", "done"] });
  });

  test("no lock: in DELETE mode another process can write at once", async () => {
    const { town, convoy } = brokenTown(() => undefined, "delete");
    const { store } = openStore(town.dir);
    await statesOf(store, convoy);
    const writer = startWriter();
    await writer.sql(town.db("beta"), "pragma busy_timeout = 0; begin exclusive; rollback", { keep: true });
    await writer.sql(town.db("beta"), "pragma journal_mode = wal", { keep: true });
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["done", "done"] });
  });

  test("no file that was replaced by rename stays open, and the new one is read at once", async () => {
    const { town, convoy } = brokenTown(() => undefined);
    const { store, files } = openStore(town.dir);
    await statesOf(store, convoy);
    town.replaceFile("beta");
    town.reopen("be-a");
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["done", "open"] });
    files.close();
    const open = readdirSync("/proc/self/fd").filter((fd) => {
      try {
        return execFileSync("readlink", [`/proc/${process.pid}/fd/${fd}`])
          .toString()
          .includes(town.dir);
      } catch {
        return false;
      }
    });
    expect(open).toEqual([]);
  });
});
