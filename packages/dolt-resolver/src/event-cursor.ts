import { type IssueChange, isDone } from "@gastown/convoy-core";
import type { DoltDatabase } from "./dolt-database.ts";

/** Events looked at again each time: those of one second come in any order, and clocks differ. */
const WINDOW = 64;

/** What the events of a database tell. */
export interface EventNews {
  readonly changes: readonly IssueChange[];
  /** More events than are looked at may have come. */
  readonly overrun: boolean;
}

/** A place in the history of a database whose events have neither an order nor fine times. */
export interface EventCursor {
  /** What is new; nothing at the first call. Throws a `DatabaseError`. */
  news(): Promise<EventNews>;
}

/** The newest events by their own times; what is new among them is told by id. */
export function createEventCursor(database: DoltDatabase): EventCursor {
  let seen: ReadonlySet<string> | undefined;

  return {
    async news() {
      const opening = await database.opening();
      const rows = opening.newestEvents === undefined ? [] : await opening.rows(opening.newestEvents(WINDOW));
      const before = seen;
      const fresh = rows.filter((row) => before !== undefined && !before.has(String(row.id)));
      const reopened = new Set(fresh.filter((row) => row.event_type === "reopened").map((row) => row.issue_id));
      const ids = [...new Set(fresh.map((row) => row.issue_id))];
      const found = ids.length === 0 ? [] : await database.issues(ids);
      const done = new Set(found.filter((row) => isDone(row.status)).map((row) => row.id));
      seen = new Set(rows.map((row) => String(row.id)));
      return {
        // Events of one second come in any order: old ones may stand where new ones have no room.
        overrun: before !== undefined && before.size > 0 && fresh.length > WINDOW / 2,
        changes: ids.map((issue) => ({
          issue,
          closed: done.has(issue),
          ...(reopened.has(issue) && !done.has(issue) && { reopened: true }),
        })),
      };
    },
  };
}
