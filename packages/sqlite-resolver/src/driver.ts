import { resolve } from "node:path";
import type { StatementSync } from "node:sqlite";
import { DatabaseError, type DatabaseFault, messageOf, WatcherError } from "@gastown/convoy-core";

/** The programs that read SQLite files: a native package that comes with its own SQLite, or the one built into the runtime. */
export const DRIVERS = ["better-sqlite3", "node-sqlite"] as const;
/** One of `DRIVERS`. */
export type DriverName = (typeof DRIVERS)[number];

/** What opens a database when nobody says otherwise. */
export const DEFAULT_DRIVER: DriverName = "better-sqlite3";

/** A program that opens SQLite files. */
export interface Driver {
  readonly name: DriverName;
  /** Opens a file. What SQLite has against it is thrown with its own `code`, such as `SQLITE_BUSY`. */
  open(file: string, options: OpenOptions): OpenDatabase;
}

/** How a file is opened. */
export interface OpenOptions {
  /** Nothing can be written, and a missing file is not made. */
  readonly readonly: boolean;
  /** How long SQLite may wait for a lock, in milliseconds. It blocks the process. */
  readonly timeout: number;
}

/** An open file. Each call runs to its end: no cursor and no transaction is left open but by `exec("begin")`. */
export interface OpenDatabase {
  prepare<Row = unknown>(sql: string): Statement<Row>;
  exec(sql: string): void;
  close(): void;
}

/** A prepared query. An integer that no JavaScript number holds comes as the nearest one that does. */
export interface Statement<Row> {
  all(...parameters: readonly unknown[]): Row[];
  get(...parameters: readonly unknown[]): Row | undefined;
}

/** A driver that this runtime does not have, or may not load. */
export class DriverError extends WatcherError {
  readonly driver: DriverName;

  constructor(driver: DriverName, cause: unknown) {
    super("driver-unavailable", `the SQLite driver ${driver} cannot be loaded: ${messageOf(cause)}`, HINTS[driver], {
      cause,
    });
    this.driver = driver;
  }
}

const HINTS: Readonly<Record<DriverName, string>> = {
  "better-sqlite3": "install it where this runs, on Deno allow it with --allow-ffi, or take --driver node-sqlite",
  "node-sqlite": "it needs Node 22.14, Deno 2.9 or Bun 1.4; or leave --driver out",
};

const loaded = new Map<DriverName, Driver>();

/**
 * Loads one driver, and no other.
 *
 * @throws {DriverError}
 */
export async function loadDriver(name: DriverName = DEFAULT_DRIVER): Promise<Driver> {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  try {
    const driver = await (name === "node-sqlite" ? nodeSqlite() : betterSqlite3());
    loaded.set(name, driver);
    return driver;
  } catch (error) {
    throw new DriverError(name, error);
  }
}

/** Fails when its native part is not there, or may not be loaded: it would else be told of by the first file. */
async function betterSqlite3(): Promise<Driver> {
  const { default: Database } = await import("better-sqlite3");
  new Database(":memory:").close();
  return {
    name: "better-sqlite3",
    open(file, { readonly, timeout }) {
      const database = new Database(file, { readonly, fileMustExist: readonly, timeout });
      return {
        prepare: <Row>(sql: string) => database.prepare(sql) as Statement<Row>,
        exec: (sql) => void database.exec(sql),
        close: () => void database.close(),
      };
    },
  };
}

/** The SQLite that Node, Deno and Bun bring themselves: needs no native package, and on Deno neither ffi nor sys. */
async function nodeSqlite(): Promise<Driver> {
  const { DatabaseSync } = await import("node:sqlite");
  return {
    name: "node-sqlite",
    open(file, { readonly, timeout }) {
      // An absolute path: what begins with `file:` would be read as a URI, options and all.
      const database = withSqliteCode(() => new DatabaseSync(resolve(file), { readOnly: readonly }));
      const exec = (sql: string): void => withSqliteCode(() => database.exec(sql));
      try {
        // As a pragma, since the option `timeout` came with Node 22.16. Views and triggers may call nothing dangerous.
        exec(`pragma busy_timeout = ${timeout}; pragma trusted_schema = off`);
      } catch (error) {
        database.close();
        throw error;
      }
      return {
        prepare: <Row>(sql: string) => statementOf<Row>(withSqliteCode(() => database.prepare(sql))),
        exec,
        close: () => database.close(),
      };
    },
  };
}

function statementOf<Row>(statement: StatementSync): Statement<Row> {
  return {
    all: (...parameters) => run(statement, () => statement.all(...(parameters as never[]))) as Row[],
    get: (...parameters) => run(statement, () => statement.get(...(parameters as never[]))) as Row | undefined,
  };
}

/** Integers beyond those of JavaScript are refused here, unless all come as bigints: asked for when there is one. */
function run(statement: StatementSync, query: () => unknown): unknown {
  try {
    return withSqliteCode(query);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    statement.setReadBigInts(true);
    try {
      return toNumbers(withSqliteCode(query));
    } finally {
      statement.setReadBigInts(false);
    }
  }
}

function toNumbers(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(toNumbers);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, cell]) => [name, toNumbers(cell)]));
}

/**
 * What SQLite may have against a file: its name for it, its number, the words that `sqlite3_errstr` has for it (Deno often gives
 * no number), and what it is here.
 */
const CODES: readonly (readonly [code: string, number: number, words: string, fault: DatabaseFault])[] = [
  ["SQLITE_PERM", 3, "access permission denied", "unreadable"],
  ["SQLITE_BUSY", 5, "database is locked", "locked"],
  ["SQLITE_LOCKED", 6, "database table is locked", "locked"],
  ["SQLITE_READONLY", 8, "attempt to write a readonly database", "unreadable"],
  ["SQLITE_IOERR", 10, "disk I/O error", "unreadable"],
  ["SQLITE_CORRUPT", 11, "database disk image is malformed", "corrupt"],
  ["SQLITE_FULL", 13, "database or disk is full", "unreadable"],
  ["SQLITE_CANTOPEN", 14, "unable to open database file", "unreadable"],
  ["SQLITE_AUTH", 23, "not authorized", "unreadable"],
  ["SQLITE_NOTADB", 26, "file is not a database", "corrupt"],
];
/** Whatever else it has against a query. */
const OTHER = "SQLITE_ERROR";

/** The lower byte of an extended result code is the code itself. */
const PRIMARY = 0xff;

/** Runs it, and throws what SQLite has against it with SQLite's own name for it as `code`, as better-sqlite3 does. */
function withSqliteCode<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "ERR_SQLITE_ERROR") throw error;
    throw Object.assign(new Error(error.message, { cause: error }), { code: codeOf(error) });
  }
}

function codeOf(error: Error & { readonly errcode?: unknown }): string {
  const { errcode, message } = error;
  const found =
    typeof errcode === "number"
      ? CODES.find(([, number]) => number === (errcode & PRIMARY))
      : CODES.find(([, , words]) => message === words || message.startsWith(`${words}: `));
  return found?.[0] ?? OTHER;
}

const FAULT_HINTS: Partial<Record<DatabaseFault, string>> = {
  missing: "run `bd init` there, or remove its line from routes.jsonl",
  directory: "a database must be a file: move the directory away, then run `bd doctor --fix`",
  empty: "remove the file if it was made by mistake, then run `bd doctor --fix`",
  foreign: "check metadata.json beside it: `database` must name the beads database",
  corrupt: "run `bd doctor --fix` there; it rebuilds the database from issues.jsonl",
  locked: "it is tried again; see which program holds it with `fuser`",
  unreadable: "check the owner and mode of the file and of its directory",
  replaced: "it is opened again",
};

const WORDS: Partial<Record<DatabaseFault, string>> = {
  missing: "there is no database",
  directory: "it is a directory",
  empty: "it is empty",
  corrupt: "it is damaged, or not a SQLite database",
  locked: "another program holds it locked",
};

/** A fault of a database file, with the hint that goes with it. */
export function databaseError(fault: DatabaseFault, file: string, cause?: unknown): DatabaseError {
  const what = WORDS[fault] ?? (cause === undefined ? fault : messageOf(cause));
  return new DatabaseError(
    fault,
    file,
    `${file} cannot be read: ${what}`,
    FAULT_HINTS[fault] ?? "see `convoy-cli help errors`",
    cause === undefined ? {} : { cause },
  );
}

/**
 * Whatever was thrown while a database was read, as a `DatabaseError`: one database that cannot be read must never end
 * more than its own part. Only what this program itself has done wrong, or lacks, comes back as it is.
 */
export function asDatabaseError(error: unknown, file: string): unknown {
  if (error instanceof WatcherError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") return databaseError("missing", file, error);
  const fault = code.startsWith(OTHER) ? "foreign" : CODES.find(([name]) => code.startsWith(name))?.[3];
  if (fault !== undefined) return databaseError(fault, file, error);
  const known = code.startsWith("SQLITE_") || code.startsWith("ERR_INVALID_ARG_VALUE");
  const ours = error instanceof TypeError || error instanceof RangeError;
  return ours && !known ? error : databaseError("unreadable", file, error);
}
