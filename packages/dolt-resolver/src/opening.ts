import {
  type BeadsSchema,
  type ByIds,
  compileQueries,
  type Queries,
  type Shape,
  shapeOf,
} from "@gastown/sqlite-resolver/queries";
import { type CompiledQuery, sql } from "kysely";
import type { ReadonlyKysely } from "kysely/readonly";
import { doltError } from "./faults.ts";
import type { DoltServer } from "./server.ts";
import { quoteName } from "./statement-guard.ts";

/** Ids in one query: what a server is asked for at once stays small. */
const CHUNK = 1_000;

export interface EventRecord {
  readonly id: string | number;
  readonly issue_id: string;
  readonly event_type: string;
}

/** A database as its schema was found. */
export interface Opening {
  readonly server: DoltServer;
  readonly shape: Shape;
  readonly queries: Queries;
  /** The newest events by their own times, of issues and of wisps; undefined where no events are kept. */
  readonly newestEvents: ((limit: number) => CompiledQuery<EventRecord>) | undefined;
  rows<R>(query: CompiledQuery<R>): Promise<R[]>;
  byIds<R>(query: ByIds<R>, ids: readonly string[]): Promise<R[]>;
}

/**
 * Asks the schema what there is to ask.
 *
 * @throws {DatabaseError}
 */
export async function openDatabase(server: DoltServer, database: string): Promise<Opening> {
  const shape = shapeOf(database, await columnsOf(server, database));
  const db = server.kysely.withSchema(database) as unknown as ReadonlyKysely<BeadsSchema>;
  // Elsewhere a database may compare by rules of its own, which do not mix; Dolt knows no other collation than its own.
  const collation = (await server.isDolt(database)) ? sql`` : sql` collate utf8mb4_bin`;
  const queries = compileQueries(
    db,
    shape,
    (json) =>
      sql<string>`(select j.id${collation} from json_table(${json}, '$[*]' columns (id varchar(255) path '$')) as j)`,
  );
  const rows = <R>(query: CompiledQuery<R>): Promise<R[]> => server.rows(query, database);
  return {
    server,
    shape,
    queries,
    newestEvents: newestEventsOf(server, database, shape),
    rows,
    async byIds(query, ids) {
      const found = [];
      for (let from = 0; from < ids.length; from += CHUNK)
        found.push(...(await rows(query(ids.slice(from, from + CHUNK)))));
      return found;
    },
  };
}

function newestEventsOf(server: DoltServer, database: string, shape: Shape): Opening["newestEvents"] {
  const tables = [...(shape.events ? ["events"] : []), ...(shape.wisps?.events === true ? ["wisp_events"] : [])];
  if (tables.length === 0) return undefined;
  return (limit) => {
    const parts = tables.map((table) => {
      const from = sql.raw(`${quoteName(database)}.${table}`);
      return sql`select id, issue_id, event_type from
        (select id, issue_id, event_type from ${from} order by created_at desc, id desc limit ${sql.lit(limit)}) as ${sql.raw(table)}`;
    });
    return sql<EventRecord>`${sql.join(parts, sql` union all `)}`.compile(server.kysely);
  };
}

async function columnsOf(server: DoltServer, database: string): Promise<Map<string, Set<string>>> {
  const { kysely } = server;
  const query = sql<{ tbl: string; col: string }>`
    select table_name as tbl, column_name as col from information_schema.columns where table_schema = ${database}`;
  const columns = new Map<string, Set<string>>();
  for (const { tbl, col } of await server.rows(query.compile(kysely), database))
    columns.set(tbl, (columns.get(tbl) ?? new Set()).add(col));
  if (columns.size > 0) return columns;
  // Nothing is listed of a database that is not there, nor of one that is not for us; this says which.
  await server.rows(sql`show tables from ${sql.raw(quoteName(database))}`.compile(kysely), database);
  throw doltError("empty", database, "it has no tables");
}
