import { statSync } from "node:fs";
import type { CompiledQuery } from "kysely";
import { queriesFor } from "./compiled.ts";
import type { DriverName, OpenDatabase, Statement } from "./drivers/driver.ts";
import { loadDriver } from "./drivers/load-driver.ts";
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
 * @throws {DriverError} when there is no such driver here
 */
export async function connect(file: string, driverName?: DriverName): Promise<Connection> {
  const driver = await loadDriver(driverName);
  const identity = identityOf(file);
  let database: OpenDatabase | undefined;
  try {
    database = driver.open(file, { readonly: true, timeout: BUSY_TIMEOUT });
    database.exec(`pragma cache_size = ${PAGE_CACHE}`);
    if (identityOf(file) !== identity) throw databaseError("replaced", file);
    return describe(database, file, identity);
  } catch (error) {
    database?.close();
    throw asDatabaseError(error, file);
  }
}

let openings = 0;

function describe(database: OpenDatabase, file: string, identity: string): Connection {
  const shape = shapeOf(file, columnsOf(database));
  const statement = memoised(database);
  const version = numberOf(database, "pragma data_version", "data_version");
  const schemaVersion = numberOf(database, "pragma schema_version", "schema_version");
  let data = version();
  let schema = schemaVersion();
  let outdated = false;
  const after = shape.events
    ? database.prepare<{ id: number; issue_id: string; event_type: string }>(
        "select id, issue_id, event_type from events where id > ? order by id limit ?",
      )
    : undefined;
  const projects = shape.dependencies === "single" && shape.wisps === undefined ? projectsOf(database) : undefined;
  const last = shape.events ? numberOf(database, "select max(id) as last from events", "last") : undefined;
  /** bd rebuilds tables at every start, mostly as they were: only another shape counts. */
  const checkShape = (): void => {
    const now = schemaVersion();
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
      const now = version();
      if (now !== data) checkShape();
      return (data = now);
    },
    outdated: () => outdated,
    projects: () => projects?.(),
    eventsAfter: (id, limit) => after?.all(id, limit) ?? [],
    lastEvent: () => last?.() ?? 0,
    close: () => database.close(),
  };
}

/** The one number that a query gives; 0 for none. */
function numberOf<Name extends string>(database: OpenDatabase, sql: string, name: Name): () => number {
  const statement = database.prepare<Readonly<Record<Name, number | null>>>(sql);
  return () => statement.get()?.[name] ?? 0;
}

function columnsOf(database: OpenDatabase): Map<string, Set<string>> {
  const rows = database
    .prepare<{ tbl: string; col: string }>(
      "select m.name as tbl, c.name as col from sqlite_master m join pragma_table_info(m.name) c where m.type in ('table', 'view')",
    )
    .all();
  const columns = new Map<string, Set<string>>();
  for (const { tbl, col } of rows) columns.set(tbl, (columns.get(tbl) ?? new Set()).add(col));
  return columns;
}

/** Each query is prepared when it is first asked; there are only a handful. */
function memoised(database: OpenDatabase): (text: string) => Statement<unknown> {
  const statements = new Map<string, Statement<unknown>>();
  return (text) => {
    let statement = statements.get(text);
    if (statement === undefined) statements.set(text, (statement = database.prepare(text)));
    return statement;
  };
}
