import {
  type BeadsSchema,
  type ByIds,
  type Columns,
  type Compiled,
  compileQueries,
  type Queries,
  type Shape,
  shapeOf,
} from "@gastown/sqlite-resolver/queries";
import { type CompiledQuery, sql } from "kysely";
import type { ReadonlyKysely } from "kysely/readonly";
import { type EventQueries, eventQueries } from "./event-cursor.ts";
import { type JournalQueries, journalQueries } from "./journal.ts";
import type { DoltServer } from "./server.ts";

/** Ids in one query: what a server is asked for at once stays small. */
const CHUNK = 1_000;

/** A database as its schema was found. */
export interface Opening {
  readonly server: DoltServer;
  /** Of which look at the server. */
  readonly look: number;
  readonly shape: Shape;
  readonly queries: Queries;
  /** Undefined where no events are kept. */
  readonly events: EventQueries | undefined;
  /** Undefined where no journal is kept. */
  readonly journal: JournalQueries | undefined;
  rows<R>(query: Compiled<R> | CompiledQuery<R>): Promise<R[]>;
  byIds<R>(query: ByIds<R>, ids: readonly string[]): Promise<R[]>;
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
  const shape = shapeFrom(server, database, columns, look);
  const events = eventQueries(server, database, columns);
  const journal = journalQueries(server, database, columns);
  if (before?.server === server && JSON.stringify(before.shape) === JSON.stringify(shape))
    return { ...before, events, journal, look };
  const db = server.kysely.withSchema(database) as unknown as ReadonlyKysely<BeadsSchema>;
  // Elsewhere a database may compare by rules of its own, which do not mix; Dolt knows no other collation than its own.
  const collation = (await server.isDolt(database)) ? sql`` : sql` collate utf8mb4_bin`;
  const queries = compileQueries(
    db,
    shape,
    (json) =>
      sql<string>`(select j.id${collation} from json_table(${json}, '$[*]' columns (id varchar(255) path '$')) as j)`,
    "by sign",
  );
  const rows = <R>(query: Compiled<R> | CompiledQuery<R>): Promise<R[]> => server.rows(query, database);
  return {
    server,
    look,
    shape,
    queries,
    events,
    journal,
    rows,
    async byIds(query, ids) {
      const found = [];
      for (let from = 0; from < ids.length; from += CHUNK)
        found.push(...(await rows(query(ids.slice(from, from + CHUNK)))));
      return found;
    },
  };
}

function shapeFrom(server: DoltServer, database: string, columns: Columns, look: number): Shape {
  try {
    return shapeOf(database, columns);
  } catch (error) {
    server.schemas.doubt(look);
    throw error;
  }
}
