import { DatabaseError, mergeChanges } from "@gastown/convoy-core";
import { changesOf, type Columns, type Compiled, hasColumns, type IssueEvent } from "@gastown/sql";
import { sql } from "kysely";
import type { DoltDatabase } from "./dolt-database.ts";
import { createEventCursor, type EventNews } from "./event-cursor.ts";
import type { Opening } from "./opening.ts";
import { compiled, tableOf } from "./reads.ts";

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
        const written = await journal(opening);
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

/** Records looked at in one go. */
const LIMIT = 1_000;

/**
 * A place in the journal of a database: what is new there, nothing at the first call, undefined while nobody writes one. It
 * overruns when too much has come, when some of it was pruned unread, and when the journal was made anew.
 */
function createJournalCursor(): (opening: Opening) => Promise<EventNews | undefined> {
  let position: number | undefined;

  return async ({ database, columns, rows }) => {
    // An empty one is there from schema v64 on: it is off until somebody wants it.
    const kept =
      hasColumns(columns, "bd_events_journal", "seq", "op", "issue_id") &&
      hasColumns(columns, "bd_events_seq", "next_seq");
    if (!kept) return (position = undefined);
    // Most write no journal, so that this alone is asked there.
    const last = compiled(
      sql<{ head: number | string }>`select next_seq as head from ${tableOf(database, "bd_events_seq")}`,
    );
    const head = Math.max(0, ...(await rows(last)).map((row) => Number(row.head)));
    const before = position;
    if (before === undefined || head === before) {
      position = head;
      return undefined;
    }
    const found = head < before ? [] : await rows(recordsAfter(before, database, columns));
    const fits = found.length > 0 && found.length <= LIMIT;
    position = fits ? Number(found.at(-1)?.seq) : head;
    return {
      changes: fits ? changesOf(found.filter((record) => record.event_type !== "comment")) : [],
      overrun: !fits || Number(found[0]?.seq) !== before + 1,
    };
  };
}

/** Its event is `create`, `update`, `close`, `delete`, `dep_add`, `dep_remove` or `comment`. */
interface JournalRecord extends IssueEvent {
  /** Counts from 1 in the order of the commits, without a gap. */
  readonly seq: number;
}

/** What was committed since, one more than is looked at in one go. */
function recordsAfter(seq: number, database: string, columns: Columns): Compiled<JournalRecord> {
  const table = (name: string) => tableOf(database, name);
  const wisps = hasColumns(columns, "wisps", "id", "status");
  return compiled(sql`select j.seq, j.op as event_type, j.issue_id,
      ${wisps ? sql`coalesce(i.status, w.status)` : sql`i.status`} as status from
    (select seq, op, issue_id from ${table("bd_events_journal")} where seq > ${seq} order by seq limit ${sql.lit(LIMIT + 1)}) as j
    left join ${table("issues")} as i on i.id = j.issue_id
    ${wisps ? sql`left join ${table("wisps")} as w on w.id = j.issue_id` : sql``} order by j.seq`);
}
