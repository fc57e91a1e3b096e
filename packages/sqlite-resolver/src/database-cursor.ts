import type { IssueChange } from "@gastown/convoy-core";
import { changesOf } from "@gastown/sql";
import type { Connection } from "./connection.ts";
import { issuesOf, type SqliteDatabase } from "./sqlite-database.ts";

/** More new rows than this are not read one by one: everything is looked at instead. */
const EVENT_LIMIT = 1_000;

/** What has been committed to a database since it was last asked. */
export interface News {
  /** The issues that its events name, if it has any. */
  readonly changes: readonly IssueChange[];
  /** Why everything may have changed: it had to be opened anew, or too much has come to be told. */
  readonly everything?: string;
}

/** A place in the history of one database file. */
export interface DatabaseCursor {
  /** Undefined for nothing. Rejects with a `DatabaseError` when the database cannot be read; what is new by then is told later. */
  news(): Promise<News | undefined>;
  /** The next news is everything. */
  doubt(reason: string): void;
}

/** The first news is only that the place has been found: what comes from then on is told. */
export function createDatabaseCursor(database: SqliteDatabase): DatabaseCursor {
  let begun = false;
  let serial = 0;
  let version = "";
  let lastEvent = 0;
  let lost = 0;
  let doubt: string | undefined;

  const begin = (connection: Connection): void => {
    ({ serial } = connection);
    version = connection.version();
    lastEvent = connection.lastEvent();
    lost = database.losses.count;
    doubt = undefined;
  };

  const look = (connection: Connection): News | undefined => {
    if (!begun) {
      begin(connection);
      begun = true;
      return { changes: [] };
    }
    const { count, why } = database.losses;
    if (count !== lost || doubt !== undefined) {
      const everything = doubt ?? `${database.name} ${why}`;
      begin(connection);
      return { changes: [], everything };
    }
    const now = connection.version();
    if (now === version && connection.serial === serial) return undefined;
    // The file may have been closed, for whatever reason of our own: its events go on where they were.
    const rows = connection.eventsAfter(lastEvent, EVENT_LIMIT);
    if (rows.length === EVENT_LIMIT) {
      begin(connection);
      return { changes: [], everything: `${database.name} has over ${EVENT_LIMIT} new events` };
    }
    const ids = [...new Set(rows.map((row) => row.issue_id))].filter((id) => typeof id === "string");
    const statusOf = new Map((ids.length === 0 ? [] : issuesOf(connection, ids)).map((row) => [row.id, row.status]));
    const changes = changesOf(rows.map((row) => ({ ...row, status: statusOf.get(row.issue_id) ?? null })));
    // No rows may mean that the ids began anew; a row that comes between the two queries must not be passed over.
    lastEvent = rows.at(-1)?.id ?? Math.min(lastEvent, connection.lastEvent());
    ({ serial } = connection);
    version = now;
    return { changes };
  };

  return {
    news: () => database.use(look),
    doubt(reason) {
      doubt = reason;
      database.close();
    },
  };
}
