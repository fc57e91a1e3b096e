import { statSync } from "node:fs";
import Database from "better-sqlite3";
import type { CompiledQuery } from "kysely";
import { queriesFor } from "./compiled.ts";
import { asDatabaseError, databaseError } from "./faults.ts";
import { projectsOf } from "./projects.ts";
import type { Queries } from "./queries.ts";
import { shapeOf, type Shape } from "./shape.ts";

/** How long SQLite may wait for a lock, in milliseconds. It blocks the process; what is left is for backoff. */
const BUSY_TIMEOUT = 200;

/** Of pages, negative in KiB: the system caches the file already, and a town has many databases. */
const PAGE_CACHE = -64;

/** One opening of one file. It is read-only, and holds no transaction and no cursor between two queries. */
export interface Connection {
  /** Device and inode of the file that was opened: another one means that it was replaced. */
  readonly identity: string;
  /** Tells this opening from every other, of whatever file: `dataVersion` can only be compared within one. */
  readonly serial: number;
  readonly shape: Shape;
  readonly queries: Queries;
  /** Runs a query to its end. */
  rows<R>(query: CompiledQuery<R>): Promise<R[]>;
  /** SQLite's `data_version`: changes when another connection has committed. Notes whether the shape still holds. */
  dataVersion(): number;
  /** The tables have changed so that `shape` no longer holds: it must be opened anew. */
  outdated(): boolean;
  /** All middle segments of its external references; undefined when that can't be told fast. */
  projects(): readonly string[] | undefined;
  /** Rows of `events` above this id, oldest first. */
  eventsAfter(id: number, limit: number): readonly { id: number; issue_id: string; event_type: string }[];
  /** The highest id of `events`; 0 when there is none. */
  lastEvent(): number;
  close(): void;
}

/**
 * What tells a file from another in its place. Never by opening it: closing a plain handle would drop SQLite's locks.
 *
 * @throws {DatabaseError} `missing`, `directory`, `unreadable`
 */
export function identityOf(file: string): string {
  try {
    const stat = statSync(file, { bigint: true });
    if (stat.isDirectory()) throw databaseError("directory", file);
    if (!stat.isFile()) throw databaseError("unreadable", file, new Error("it is not a regular file"));
    return `${stat.dev}:${stat.ino}`;
  } catch (error) {
    throw asDatabaseError(error, file);
  }
}

/**
 * Opens a beads database. No file is created when it is missing.
 *
 * @throws {DatabaseError} when it cannot be read, or is not a beads database
 */
export async function connect(file: string): Promise<Connection> {
  const identity = identityOf(file);
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT });
    database.pragma(`cache_size = ${PAGE_CACHE}`);
    if (identityOf(file) !== identity) throw databaseError("replaced", file);
    return await describe(database, file, identity);
  } catch (error) {
    database?.close();
    throw asDatabaseError(error, file);
  }
}

let openings = 0;

async function describe(database: Database.Database, file: string, identity: string): Promise<Connection> {
  const shape = shapeOf(file, columnsOf(database));
  const statement = memoised(database);
  const version = database.prepare<[], number>("pragma data_version").pluck();
  const schemaVersion = database.prepare<[], number>("pragma schema_version").pluck();
  let data = version.get() ?? 0;
  let schema = schemaVersion.get() ?? 0;
  let outdated = false;
  const after = shape.events
    ? database.prepare<[number, number], { id: number; issue_id: string; event_type: string }>(
        "select id, issue_id, event_type from events where id > ? order by id limit ?",
      )
    : undefined;
  const projects = shape.dependencies === "single" && shape.wisps === undefined ? projectsOf(database) : undefined;
  const last = shape.events ? database.prepare<[], number | null>("select max(id) from events").pluck() : undefined;
  /** bd rebuilds tables at every start, mostly as they were: only another shape counts. */
  const checkShape = (): void => {
    const now = schemaVersion.get() ?? 0;
    if (now === schema) return;
    schema = now;
    outdated = JSON.stringify(shapeOf(file, columnsOf(database))) !== JSON.stringify(shape);
  };
  return {
    identity,
    serial: (openings += 1),
    shape,
    queries: queriesFor(shape),
    rows: async <R>({ sql, parameters }: CompiledQuery<R>) => statement(sql).all(...parameters) as R[],
    dataVersion() {
      const now = version.get() ?? 0;
      if (now !== data) checkShape();
      return (data = now);
    },
    outdated: () => outdated,
    projects: () => projects?.(),
    eventsAfter: (id, limit) => after?.all(id, limit) ?? [],
    lastEvent: () => last?.get() ?? 0,
    close: () => database.close(),
  };
}

function columnsOf(database: Database.Database): Map<string, Set<string>> {
  const rows = database
    .prepare<[], { tbl: string; col: string }>(
      "select m.name as tbl, c.name as col from sqlite_master m join pragma_table_info(m.name) c where m.type in ('table', 'view')",
    )
    .all();
  const columns = new Map<string, Set<string>>();
  for (const { tbl, col } of rows) columns.set(tbl, (columns.get(tbl) ?? new Set()).add(col));
  return columns;
}

/** Each query is prepared when it is first asked; there are only a handful. */
function memoised(database: Database.Database): (text: string) => Database.Statement {
  const statements = new Map<string, Database.Statement>();
  return (text) => {
    let statement = statements.get(text);
    if (statement === undefined) statements.set(text, (statement = database.prepare(text)));
    return statement;
  };
}
