import {
  type Columns,
  type Compiled,
  compileQueries,
  compilerOf,
  type Queries,
  type Question,
  type Shape,
  shapeOf,
} from "@gastown/sql";
import { sql } from "kysely";
import type { DoltServer } from "./server.ts";

/** Ids in one query: what a server is asked for at once stays small. */
const CHUNK = 1_000;

/** A database as its schema was found. */
export interface Opening {
  readonly server: DoltServer;
  readonly database: string;
  readonly columns: Columns;
  /** Of which look at the server. */
  readonly look: number;
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
  const { columns, look } = await server.schemas.of(database);
  if (before?.server === server && before.look === look) return before;
  let shape: Shape;
  try {
    shape = shapeOf(database, columns);
  } catch (error) {
    server.schemas.doubt(look);
    throw error;
  }
  if (before?.server === server && JSON.stringify(before.shape) === JSON.stringify(shape))
    return { ...before, columns, look };
  const queries = queriesFor(database, shape, await server.isDolt(database));
  const rows = async <R>(query: Compiled<R>): Promise<R[]> => inUtc(await server.rows(query, database));
  return {
    server,
    database,
    columns,
    look,
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
