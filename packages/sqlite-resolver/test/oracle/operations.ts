import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Writer } from "../support/writer.ts";

/** One database of the town that is walked over. */
export interface Ground {
  readonly name: string;
  readonly file: string;
  /** A copy from the beginning of the walk. */
  readonly backup: string;
  readonly issues: readonly string[];
  /** A directory of its own elsewhere. */
  readonly elsewhere: string;
}

/** What an operation is done with. What cannot be done now (a lock, a missing file) is thrown, and leaves things as they are. */
export interface Hands {
  readonly writer: Writer;
  pick<T>(values: readonly T[]): T;
  number(): number;
}

/** One thing that happens to the files. */
export type Operation = (ground: Ground, hands: Hands) => Promise<void> | void;

const LOGS = ["-wal", "-shm"];

const remove = (file: string, ...suffixes: string[]): void => {
  for (const suffix of suffixes) rmSync(file + suffix, { force: true });
};

/** Gives the directory, the modes and the contents back that a beads database has. */
export const mend: Operation = ({ file, backup }) => {
  mkdirSync(dirname(file), { recursive: true });
  chmodSync(dirname(file), 0o755);
  if (existsSync(file)) chmodSync(realpathSync(file), 0o644);
  const link = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  remove(file, "", ...LOGS, "-journal");
  if (link) remove(file, "");
  copyFileSync(backup, `${file}.new`);
  renameSync(`${file}.new`, file);
};

const status = (closed: boolean, id: string): string =>
  closed
    ? `update issues set status = 'closed', closed_at = 'x' where id = '${id}'`
    : `update issues set status = 'open', closed_at = null where id = '${id}'`;

const event = (closed: boolean, id: string): string =>
  `insert into events (issue_id, event_type, actor) values ('${id}', '${closed ? "closed" : "reopened"}', 'walk')`;

const commit =
  (told: boolean): Operation =>
  async ({ file, issues }, { writer, pick }) => {
    const id = pick(issues);
    const closed = pick([true, true, false]);
    await writer.sql(file, `begin; ${status(closed, id)}; ${told ? event(closed, id) : "select 1"}; commit`);
  };

const run =
  (sql: string): Operation =>
  async ({ file }, { writer }) =>
    void (await writer.sql(file, sql));

/** Every operation, each as often as it stands here. */
export const OPERATIONS: readonly (readonly [name: string, weight: number, operation: Operation])[] = [
  ["close or reopen, with an event", 12, commit(true)],
  ["close or reopen, without", 8, commit(false)],
  ["mend", 4, mend],
  ["remove the log", 2, ({ file }) => remove(realpathSync(file), "-wal")],
  ["remove the index of the log", 2, ({ file }) => remove(realpathSync(file), "-shm")],
  ["remove both", 3, ({ file }) => remove(realpathSync(file), ...LOGS)],
  [
    "restore in place",
    3,
    ({ file, backup }) => {
      remove(realpathSync(file), ...LOGS);
      writeFileSync(file, readFileSync(backup));
    },
  ],
  [
    "replace by rename",
    3,
    async ({ file }, { writer }) => {
      remove(file, ".copy");
      await writer.sql(file, `vacuum into '${file}.copy'`);
      remove(file, ...LOGS);
      renameSync(`${file}.copy`, file);
    },
  ],
  [
    "move elsewhere and link",
    2,
    async ({ file, elsewhere }, { writer, number }) => {
      await writer.sql(file, "pragma wal_checkpoint(truncate)");
      const there = join(elsewhere, `${number()}-${basename(file)}`);
      renameSync(realpathSync(file), there);
      remove(file, "", ...LOGS);
      symlinkSync(there, file);
    },
  ],
  ["journal mode delete", 2, run("pragma busy_timeout = 50; pragma journal_mode = delete")],
  ["journal mode wal", 3, run("pragma busy_timeout = 50; pragma journal_mode = wal")],
  ["checkpoint", 3, run("pragma wal_checkpoint(truncate)")],
  ["passive checkpoint", 2, run("pragma wal_checkpoint(passive)")],
  ["vacuum", 1, run("vacuum")],
  [
    "migrate",
    2,
    async ({ file }, { writer, number }) =>
      void (await writer.sql(
        file,
        `begin; create table moved as select * from issues; drop table issues; alter table moved rename to issues; alter table issues add column extra_${number()} text; commit`,
      )),
  ],
  ["drop the events", 1, run("drop table events")],
  ["begin the events anew", 1, run("delete from events")],
  ["damage the header", 1, ({ file }) => writeFileSync(file, "not a database\n".repeat(500))],
  ["empty it", 1, ({ file }) => writeFileSync(file, "")],
  ["remove it", 1, ({ file }) => remove(file, "", ...LOGS)],
  [
    "remove the directory",
    1,
    ({ name, file }) => {
      // With the routes in it, all rigs would go.
      if (name === "town") throw new Error("not that of the town");
      rmSync(dirname(file), { recursive: true });
    },
  ],
  ["take the file's modes away", 1, ({ file }) => chmodSync(realpathSync(file), 0o000)],
  ["take the directory's modes away", 1, ({ file }) => chmodSync(dirname(file), 0o000)],
  [
    "give the modes back",
    2,
    ({ file }) => {
      chmodSync(dirname(file), 0o755);
      chmodSync(realpathSync(file), 0o644);
    },
  ],
];
