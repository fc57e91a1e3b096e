import { copyFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { DatabaseError, WatcherError } from "@gastown/convoy-core";
import { expect, test } from "vitest";
import { connect } from "../src/connection.ts";
import { asDatabaseError, type Driver, loadDriver } from "../src/driver.ts";
import { databaseFiles } from "../src/file-stamps.ts";
import { createSqliteDatabase } from "../src/sqlite-database.ts";
import { driver } from "./support/driver.ts";
import { openFiles } from "./support/open-files.ts";
import { freshTown } from "./support/watching.ts";
import { startWriter } from "./support/writer.ts";

/** The driver under test, with something that happens right before a file is opened. */
async function driverThat(before: () => void): Promise<Driver> {
  const real = await loadDriver(driver);
  return {
    ...real,
    open(file, options) {
      before();
      return real.open(file, options);
    },
  };
}

test("a file that is replaced while it is being opened is not taken for the one that was there", async () => {
  const town = freshTown();
  const file = town.db("alpha");
  copyFileSync(file, `${file}.other`);
  const replacing = await driverThat(() => renameSync(`${file}.other`, file));
  expect(() => connect(replacing, file, databaseFiles(file))).toThrow(
    expect.objectContaining({ fault: "replaced", code: "database-replaced" }),
  );
  expect(openFiles(file)).toBe(0);
});

test("a file whose log is replaced while it is being opened is not taken for one with that log", async () => {
  const town = freshTown();
  const file = town.db("alpha");
  const writer = startWriter();
  await writer.sql(file, "select 1", { keep: true });
  await writer.sql(file, "select * from issues", { keep: true });
  const losing = await driverThat(() => (rmSync(`${file}-wal`), rmSync(`${file}-shm`)));
  expect(() => connect(losing, file, databaseFiles(file))).toThrow(expect.objectContaining({ fault: "replaced" }));
});

test("a migration while a file is being opened changes nothing of what is known of other files", async () => {
  const real = await loadDriver(driver);
  const [one, other] = ["alpha", "beta"].map((rig) => freshTown({ rigs: { [rig]: { prefix: "al" } } }).db(rig));
  if (one === undefined || other === undefined) throw new Error("no town");
  for (const file of [one, other]) {
    const writer = real.open(file, { readonly: false, timeout: 200 });
    writer.exec(
      "create table tells_these_two_from_every_other (id); alter table issues rename column title to headline",
    );
    writer.close();
  }
  const migrating: Driver = {
    ...real,
    open(file, options) {
      const opened = real.open(file, options);
      const prepare = <Row>(sql: string) => {
        if (sql.includes("pragma_table_info")) {
          const writer = real.open(file, { readonly: false, timeout: 200 });
          writer.exec("alter table issues rename column headline to title");
          writer.close();
        }
        return opened.prepare<Row>(sql);
      };
      return { ...opened, prepare };
    },
  };
  connect(migrating, one, databaseFiles(one)).close();
  const connection = connect(real, other, databaseFiles(other));
  expect(connection.shape.title).toBe(false);
  expect(connection.rows(connection.queries.issues(["al-a"]))).toEqual([]);
  connection.close();
});

test("first questions that come together make one opening; one that has to open it anew takes it from no other", async () => {
  const town = freshTown();
  for (const id of ["al-a", "al-b"]) town.createIssue({ id });
  const file = town.db("alpha");
  const database = createSqliteDatabase(file, driver);
  const serials = await Promise.all(Array.from({ length: 5 }, () => database.use(({ serial }) => serial)));
  expect(new Set(serials).size).toBe(1);
  const writer = startWriter();
  for (let count = 0; count < 5; count += 1) {
    await writer.sql(
      file,
      `alter table issues ${count % 2 === 0 ? "rename column title to name" : "rename column name to title"}`,
    );
    const rows = await Promise.all(Array.from({ length: 20 }, () => database.issues(["al-a", "al-b"])));
    expect(rows.every((found) => found.length === 2)).toBe(true);
  }
  database.close();
  expect(openFiles(file)).toBe(0);
});

test("what is to be opened anew leaves no opening of before, and that is no loss", async () => {
  const town = freshTown();
  const file = town.db("alpha");
  const [database, twin] = [createSqliteDatabase(file, driver), createSqliteDatabase(file, driver)];
  const serial = (): Promise<number> => database.use((opened) => opened.serial);
  const before = await serial();
  await twin.issues(["al-a"]);
  database.renew?.();
  expect(openFiles(file), "SQLite would share the index of the log with what is open").toBe(0);
  expect(await database.issues(["al-a"])).toEqual([]);
  expect(await serial()).not.toBe(before);
  expect(database.losses.count, "that is no loss").toBe(0);
  database.close();
  twin.close();
});

test("pages that were read are read again when the file was written without SQLite, however its time was set", async () => {
  const town = freshTown();
  town.createIssue({ id: "al-a" });
  const file = town.db("alpha");
  const writer = startWriter();
  await writer.sql(file, "pragma wal_checkpoint(truncate)");
  copyFileSync(file, `${file}.bak`);
  town.close("al-a");
  await writer.sql(file, "pragma wal_checkpoint(truncate)");
  const database = createSqliteDatabase(file, driver);
  expect(await database.issues(["al-a"])).toMatchObject([{ status: "closed" }]);
  const revision = await database.revision();
  copyFileSync(`${file}.bak`, file);
  utimesSync(file, 1, 1);
  expect(await database.issues(["al-a"])).toMatchObject([{ status: "open" }]);
  expect(await database.revision()).not.toBe(revision);
  database.close();
});

test("whatever a driver throws is a fault of its database; what this program did wrong, or lacks, is not", () => {
  const faultOf = (error: unknown): unknown => {
    const fault = asDatabaseError(error, "a.db");
    return fault instanceof DatabaseError ? fault.fault : "raw";
  };
  expect(faultOf(new Error("who knows"))).toBe("unreadable");
  expect(faultOf(Object.assign(new Error("state"), { code: "ERR_INVALID_STATE" }))).toBe("unreadable");
  expect(faultOf(Object.assign(new Error("x"), { code: "EMFILE", syscall: "stat" }))).toBe("unreadable");
  expect(faultOf(Object.assign(new Error("x"), { code: "SQLITE_NOMEM" }))).toBe("unreadable");
  expect(faultOf("a string")).toBe("unreadable");
  expect(faultOf(new TypeError("not a function"))).toBe("raw");
  expect(faultOf(new RangeError("too long"))).toBe("raw");
  expect(faultOf(new WatcherError("driver-unavailable", "none", "install it"))).toBe("raw");
});

test("an empty file and a file of other tables are told apart", async () => {
  const town = freshTown();
  const file = town.db("alpha");
  for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true });
  writeFileSync(file, "");
  const database = createSqliteDatabase(file, driver);
  await expect(database.issues([])).rejects.toMatchObject({ fault: "empty" });
  await startWriter().sql(file, "create table bookmarks (url text)");
  await expect(database.issues([])).rejects.toMatchObject({ fault: "foreign" });
});
