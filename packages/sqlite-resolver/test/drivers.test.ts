import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { loadDriver, type OpenDatabase } from "../src/index.ts";
import { driver } from "./support/driver.ts";

const dir = (): string => tempDir(onTestFinished).path;

async function open(file: string, readonly = false, timeout = 0): Promise<OpenDatabase> {
  const database = (await loadDriver(driver)).open(file, { readonly, timeout });
  onTestFinished(() => database.close());
  return database;
}

const codeOf = async (work: () => Promise<unknown>): Promise<unknown> => {
  try {
    await work();
    return "nothing was thrown";
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

test("rows come as they are stored: text, numbers, blobs, nothing", async () => {
  const database = await open(join(dir(), "a.db"));
  database.exec("create table t (a, b, c, d); insert into t values ('x', 1.5, x'0102', null), ('y', 2, x'', null)");
  const [first] = database.prepare<{ a: string; b: number; c: Uint8Array; d: null }>("select * from t").all();
  expect([first?.a, first?.b, [...(first?.c ?? [])], first?.d]).toEqual(["x", 1.5, [1, 2], null]);
  expect(database.prepare<{ b: number }>("select b from t where a = ?").get("y")).toMatchObject({ b: 2 });
  expect(database.prepare("select b from t where a = ?").get("z")).toBeUndefined();
});

test("an integer that no number holds comes as one that is not safe, the rest of its rows as ever, and the next query too", async () => {
  const database = await open(join(dir(), "a.db"));
  database.exec(
    "create table t (a, b); insert into t values (1, x'01'), (9007199254740993, 'x'), (-9223372036854775808, 3)",
  );
  const query = database.prepare<{ a: number; b: unknown }>("select a, b from t order by rowid");
  const small = database.prepare<{ a: number }>("select a from t where a = 1");
  for (let again = 0; again < 2; again += 1) {
    const rows = query.all();
    expect(rows.map(({ a }) => [typeof a, Number.isSafeInteger(a)])).toEqual([
      ["number", true],
      ["number", false],
      ["number", false],
    ]);
    expect(rows[0]?.b).toBeInstanceOf(Uint8Array);
    expect(rows.slice(1).map(({ b }) => b)).toEqual(["x", 3]);
    expect(small.get()?.a).toBe(1);
  }
});

test("faults have SQLite's own names, whether the file is opened, or asked", async () => {
  const here = dir();
  mkdirSync(join(here, "directory"));
  writeFileSync(join(here, "text"), "not a database\n".repeat(500));
  const file = join(here, "a.db");
  (await open(file)).exec("create table t (a); insert into t values (1)");
  const look = async (name: string, sql: string): Promise<unknown> =>
    (await open(join(here, name), true)).prepare(sql).all();
  expect(await codeOf(() => look("none", "select 1"))).toMatch(/^SQLITE_CANTOPEN/);
  expect(existsSync(join(here, "none"))).toBe(false);
  expect(await codeOf(() => look("directory", "select * from sqlite_master"))).toMatch(/^SQLITE_(CANTOPEN|IOERR)/);
  expect(await codeOf(() => look("text", "select * from sqlite_master"))).toBe("SQLITE_NOTADB");
  expect(await codeOf(() => look("a.db", "select * from nothing"))).toBe("SQLITE_ERROR");
  expect(await codeOf(async () => (await open(file, true)).exec("insert into t values (2)"))).toBe("SQLITE_READONLY");
});

test("a lock that another connection holds is told as SQLITE_BUSY, after the time that may be waited", async () => {
  const file = join(dir(), "a.db");
  const holder = await open(file);
  holder.exec("begin exclusive");
  expect(await codeOf(async () => (await open(file)).exec("begin exclusive"))).toMatch(/^SQLITE_BUSY/);
  expect(await codeOf(async () => (await open(file, false, 50)).prepare("select * from sqlite_master").all())).toMatch(
    /^SQLITE_BUSY/,
  );
  holder.exec("commit");
  (await open(file)).exec("begin exclusive; commit");
});

test("a name that looks like a URI is a name", async () => {
  const here = dir();
  const before = process.cwd();
  process.chdir(here);
  onTestFinished(() => process.chdir(before));
  expect(await codeOf(() => open("file:a.db?mode=memory"))).toBe("nothing was thrown");
  (await open("file:a.db?mode=memory")).exec("create table t (a)");
  expect(existsSync(join(here, "file:a.db?mode=memory"))).toBe(true);
});
