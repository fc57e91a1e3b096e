import { DatabaseError, mergeChanges } from "@gastown/convoy-core";
import type { DoltDatabase } from "./dolt-database.ts";
import { createEventCursor, type EventNews } from "./event-cursor.ts";
import { createJournalCursor } from "./journal.ts";

/** What was done in a database since it was last asked. */
export interface History {
  /**
   * Nothing at the first call.
   *
   * @throws {DatabaseError}
   */
  news(): Promise<EventNews>;
}

/**
 * The journal where somebody writes one, for it leaves nothing out; and the events, since whether a journal is written is a
 * setting of each client, and since they alone tell of reopenings.
 *
 * @param now milliseconds, monotonic
 */
export function createHistory(database: DoltDatabase, now: () => number): History {
  const journal = createJournalCursor();
  const events = createEventCursor(now);

  return {
    async news() {
      const opening = await database.opening();
      try {
        const written = await journal.news(opening);
        const told = await events.news(opening);
        if (written === undefined) return told;
        return { changes: [...mergeChanges([...written.changes, ...told.changes]).values()], overrun: written.overrun };
      } catch (error) {
        if (!(error instanceof DatabaseError) || error.fault !== "foreign") throw error;
        // A migration has taken its table away, for a moment or for good: then what is awaited is read all the same.
        opening.server.schemas.doubt(opening.look);
        await database.opening();
        return { changes: [], overrun: false };
      }
    },
  };
}
