import { DatabaseError, type GoneIssue, type IssueRow } from "@gastown/convoy-core";
import {
  type Columns,
  type Compiled,
  compileQueries,
  compilerOf,
  exactly,
  type IssueRecord,
  type Queries,
  type Question,
  type Shape,
  shapeOf,
  toIssue,
} from "@gastown/sql";
import { type RawBuilder, sql } from "kysely";
import { compiled, tableOf, unionOf } from "./reads.ts";
import type { DoltServer } from "./server.ts";

/** Ids in one query: what a server is asked for at once stays small. */
const CHUNK = 1_000;

/** A database as its schema was found. */
export interface Opening {
  readonly server: DoltServer;
  readonly database: string;
  readonly columns: Columns;
  readonly shape: Shape;
  readonly queries: Queries;
  /** Times are in UTC, and say so. */
  rows<R>(query: Compiled<R>): Promise<R[]>;
  /** Some ids at a time, or once without any. Undefined where there is no such query. */
  ask<R>(question: Question<R>, ids?: readonly string[]): Promise<R[] | undefined>;
}

/**
 * Asks the schema what there is to ask.
 *
 * @param before what was there when it was asked last, whose queries still do when the schema is as it was
 * @throws {DatabaseError}
 */
export async function openDatabase(server: DoltServer, database: string, before?: Opening): Promise<Opening> {
  const columns = await server.schemas.of(database);
  if (before?.server === server && before.columns === columns) return before;
  let shape: Shape;
  try {
    shape = shapeOf(database, columns);
  } catch (error) {
    server.schemas.doubt(columns);
    throw error;
  }
  if (before?.server === server && JSON.stringify(before.shape) === JSON.stringify(shape))
    return { ...before, columns };
  const queries = queriesFor(database, shape, await server.isDolt(database));
  const rows = async <R>(query: Compiled<R>): Promise<R[]> => inUtc(await server.rows(query, database));
  return {
    server,
    database,
    columns,
    shape,
    queries,
    rows,
    async ask(question, ids) {
      const found = [];
      for (let from = 0; from < (ids?.length ?? 1); from += CHUNK) {
        const query = question(queries, ids?.slice(from, from + CHUNK) ?? []);
        if (query === undefined) return undefined;
        found.push(...(await rows(query)));
      }
      return found;
    },
  };
}

function queriesFor(database: string, shape: Shape, isDolt: boolean): Queries {
  // Elsewhere a database may compare by rules of its own, which do not mix; Dolt knows no other collation than its own.
  const collation = isDolt ? sql`` : sql` collate utf8mb4_bin`;
  const queries = compileQueries(
    compilerOf("mysql").withSchema(database),
    shape,
    (json) =>
      sql<string>`(select j.id${collation} from json_table(${json}, '$[*]' columns (id varchar(255) path '$')) as j)`,
    "by sign",
  );
  // Merge requests are wisps here. A server without that table is a copy, and wisps do not travel.
  return shape.wisps === undefined ? { ...queries, mergeRequests: undefined } : queries;
}

const DATETIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d+)?$/;

/** Servers tell time without a zone; bd writes UTC. The rows are changed as they are: there may be many. */
function inUtc<R>(rows: R[]): R[] {
  const times = Object.keys(rows[0] ?? {}).filter((column) => column.endsWith("_at"));
  for (const row of times.length === 0 ? [] : (rows as Record<string, unknown>[]))
    for (const column of times) {
      const value = row[column];
      if (typeof value === "string" && DATETIME.test(value)) row[column] = `${value.replace(" ", "T")}Z`;
    }
  return rows;
}

/** The newest migration that bd ran on a database. */
export async function schemaVersion(server: DoltServer, database: string): Promise<number | undefined> {
  const query = sql<{ value: unknown }>`select max(version) as value from ${tableOf(database, "schema_migrations")}`;
  const version = Number((await valueOf(server, database, query)) ?? Number.NaN);
  return Number.isInteger(version) ? version : undefined;
}

/** The statuses that `status.custom` gives the category `done`, as in `triage,shipped:done`. */
export async function doneStatusesOf(server: DoltServer, database: string): Promise<readonly string[]> {
  const custom = await valueOf(server, database, valueAt(database, "config", "status.custom"));
  return (typeof custom === "string" ? custom : "")
    .split(",")
    .map((part) => part.split(":").map((word) => word.trim()))
    .filter(([name = "", category]) => name !== "" && category?.toLowerCase() === "done")
    .map(([name = ""]) => name);
}

function valueAt(database: string, table: string, key: string): RawBuilder<{ value: unknown }> {
  return sql`select value from ${tableOf(database, table)} where ${sql.ref("key")} = ${key}`;
}

/** Undefined where there is no such table, as in older databases. */
async function valueOf(server: DoltServer, database: string, query: RawBuilder<{ value: unknown }>): Promise<unknown> {
  try {
    const [row] = await server.rows(compiled(query), database);
    return row?.value;
  } catch (error) {
    if (error instanceof DatabaseError && error.fault === "foreign") return undefined;
    throw error;
  }
}

/** As often as the question itself may open another connection. */
const TRIES = 3;

/**
 * Holds a database to its project, as bd does: what calls itself another one's is not read. A server may be replaced by
 * another on its port, so it is asked again whenever a connection is new.
 *
 * @param projectId as `metadata.json` has it; undefined in older towns, which nothing can be held to
 */
export function createIdentity(database: string, projectId: string | undefined): (server: DoltServer) => Promise<void> {
  const query = valueAt(database, "metadata", "_project_id");
  let known: { readonly server: DoltServer; readonly connections: number } | undefined;
  const isKnown = (server: DoltServer): boolean =>
    known?.server === server && known.connections === server.connections();

  return async (server) => {
    if (projectId === undefined) return;
    for (let tries = 0; tries < TRIES && !isKnown(server); tries += 1) {
      const connections = server.connections();
      const found = await valueOf(server, database, query);
      if (typeof found === "string" && found !== "" && found !== projectId) throw stranger(database);
      known = { server, connections };
    }
  };
}

function stranger(database: string): DatabaseError {
  return new DatabaseError(
    "stranger",
    database,
    `the Dolt database ${database} is another project's: its _project_id is not the project_id of metadata.json`,
    "another server may listen at that port: `convoy-cli doctor` says what decided the address, `bd dolt status` what bd reaches",
  );
}

/** Ids asked about in one go: each is looked for in a whole history, and in all databases of the server. */
const LIMIT = 50;

/**
 * What the server knows of issues that a database has not: how they were when they were deleted, where the server keeps a
 * history, and which other database has them.
 *
 * @throws {DatabaseError}
 */
export async function goneIssues(at: Opening, ids: readonly string[]): Promise<ReadonlyMap<string, GoneIssue>> {
  const wanted = ids.slice(0, LIMIT);
  const found = new Map<string, GoneIssue>();
  for (const row of await removed(at, wanted)) found.set(row.id, { row });
  for (const { id, db } of await elsewhere(at, wanted)) found.set(id, { ...found.get(id), elsewhere: db });
  return found;
}

/** The newest of each. Dolt keeps what every commit, and the working set, has taken away. */
async function removed(at: Opening, ids: readonly string[]): Promise<IssueRow[]> {
  const { server, database, shape } = at;
  if (!(await server.isDolt(database))) return [];
  const columns = (["title", "closed_at", "updated_at"] as const).map(
    (name) => sql`${sql.raw(shape[name] ? `from_${name}` : "null")} as ${sql.ref(name)}`,
  );
  const query = sql<IssueRecord>`
    select from_id as id, from_status as status, null as assignee, ${sql.join(columns)}
    from ${tableOf(database, "dolt_diff_issues")}
    where diff_type = 'removed' and from_id in (${sql.join(ids)}) order by to_commit_date`;
  const rows = exactly(ids, (await at.rows(compiled(query))).map(toIssue));
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

async function elsewhere(
  { server, database, rows }: Opening,
  ids: readonly string[],
): Promise<{ id: string; db: string }[]> {
  const others = (await server.schemas.withIssues(database)).filter((name) => name !== database);
  if (others.length === 0) return [];
  const parts = others.map(
    (name) => sql`select id, ${name} as db from ${tableOf(name, "issues")} where id in (${sql.join(ids)})`,
  );
  return exactly(ids, await rows(compiled(unionOf<{ id: string; db: string }>(parts))));
}
