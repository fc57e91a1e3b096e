import { DatabaseError, type IssueChange, isDone } from "@gastown/convoy-core";
import type { Connection } from "./connection.ts";
import { asDatabaseError } from "./faults.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";

/** More new rows than this are not read one by one: everything is looked at instead. */
const EVENT_LIMIT = 1_000;

/** What is new in a database since it was last asked. */
export type News =
  /** The place in its history has been found: what comes from now on is told. */
  | { readonly kind: "begun" }
  | { readonly kind: "nothing" }
  /** Something was committed; these issues are named by its events, if it has any. */
  | { readonly kind: "changed"; readonly changes: readonly IssueChange[] }
  /** It had to be opened anew, or too much has changed to be told. */
  | { readonly kind: "everything"; readonly reason: string };

/** A place in the history of one database file. */
export interface DatabaseCursor {
  /** Throws a `DatabaseError` when the database cannot be read. */
  news(): Promise<News>;
}

/** The first call of `news` only finds the place, and has nothing to tell. */
export function createDatabaseCursor(database: SqliteDatabase): DatabaseCursor {
  let known: Connection | undefined;
  let version = 0;
  let lastEvent = 0;

  /** Neither inode nor data version tells one opening from the next: a new file may get the inode of the old one. */
  const begin = (connection: Connection): News => {
    version = connection.dataVersion();
    lastEvent = connection.lastEvent();
    const before = known;
    known = connection;
    if (before === undefined) return { kind: "begun" };
    const why = before.identity === connection.identity ? "had to be opened again" : "was replaced";
    return { kind: "everything", reason: `${database.name} ${why}` };
  };

  const look = async (): Promise<News> => {
    let connection = await database.connection();
    if (connection !== known) return begin(connection);
    const now = connection.dataVersion();
    if (now === version) return { kind: "nothing" };
    connection = await database.connection();
    if (connection !== known) return begin(connection);
    version = now;
    const rows = connection.eventsAfter(lastEvent, EVENT_LIMIT);
    // No rows may mean that the ids began anew; a row that comes between the two queries must not be passed over.
    lastEvent = rows.at(-1)?.id ?? Math.min(lastEvent, connection.lastEvent());
    if (rows.length === EVENT_LIMIT) {
      lastEvent = connection.lastEvent();
      return { kind: "everything", reason: `${database.name} has over ${EVENT_LIMIT} new events` };
    }
    const reopened = new Set(rows.filter((row) => row.event_type === "reopened").map((row) => row.issue_id));
    const ids = [...new Set(rows.map((row) => row.issue_id))].filter((id) => typeof id === "string");
    return { kind: "changed", changes: await stateOf(database, ids, reopened) };
  };

  return {
    async news() {
      try {
        return await look();
      } catch (error) {
        const fault = asDatabaseError(error, database.name);
        if (fault instanceof DatabaseError && fault.fault !== "locked") database.close();
        throw fault;
      }
    },
  };
}

/** An event only says that something happened; the row says what is. */
async function stateOf(
  database: SqliteDatabase,
  ids: readonly string[],
  reopened: ReadonlySet<string>,
): Promise<IssueChange[]> {
  if (ids.length === 0) return [];
  const rows = await database.issues(ids);
  const done = new Set(rows.filter((row) => isDone(row.status)).map((row) => row.id));
  return ids.map((issue) => ({
    issue,
    closed: done.has(issue),
    ...(reopened.has(issue) && !done.has(issue) && { reopened: true }),
  }));
}
