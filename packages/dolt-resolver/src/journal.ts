import { changesOf, type Columns, hasColumns, type IssueEvent } from "@gastown/sql";
import { type CompiledQuery, sql } from "kysely";
import type { EventNews } from "./event-cursor.ts";
import type { Opening } from "./opening.ts";
import type { DoltServer } from "./server.ts";
import { quoteName } from "./statement-guard.ts";

/** Records looked at in one go. */
const LIMIT = 1_000;

/**
 * One committed change, as the journal of bd from schema v64 on has it. Its event is `create`, `update`, `close`, `delete`,
 * `dep_add`, `dep_remove` or `comment`.
 */
export interface JournalRecord extends IssueEvent {
  /** Counts from 1 in the order of the commits, without a gap. */
  readonly seq: number;
}

/** What is asked of the journal of a database. */
export interface JournalQueries {
  /** The last number that was given. */
  readonly head: CompiledQuery<{ readonly head: number | string }>;
  after(seq: number, limit: number): CompiledQuery<JournalRecord>;
}

/** Undefined where there is no journal. An empty one is there from schema v64 on: it is off until somebody wants it. */
export function journalQueries(server: DoltServer, database: string, columns: Columns): JournalQueries | undefined {
  const journal = hasColumns(columns, "bd_events_journal", "seq", "op", "issue_id");
  if (!journal || !hasColumns(columns, "bd_events_seq", "next_seq")) return undefined;
  const { kysely } = server;
  const named = (table: string) => sql.raw(`${quoteName(database)}.${table}`);
  const wisps = hasColumns(columns, "wisps", "id", "status");
  return {
    head: sql<{ head: number | string }>`select next_seq as head from ${named("bd_events_seq")}`.compile(kysely),
    after: (seq, limit) =>
      sql<JournalRecord>`select j.seq, j.op as event_type, j.issue_id, ${wisps ? sql`coalesce(i.status, w.status)` : sql`i.status`} as status from
        (select seq, op, issue_id from ${named("bd_events_journal")} where seq > ${seq} order by seq limit ${sql.lit(limit)}) as j
        left join ${named("issues")} as i on i.id = j.issue_id
        ${wisps ? sql`left join ${named("wisps")} as w on w.id = j.issue_id` : sql``} order by j.seq`.compile(kysely),
  };
}

/** A place in the journal of a database. */
export interface JournalCursor {
  /**
   * What is new: nothing at the first call, undefined while nobody writes a journal. It overruns when too much has come,
   * when some of it was pruned unread, and when the journal was made anew.
   *
   * @throws {DatabaseError}
   */
  news(opening: Opening): Promise<EventNews | undefined>;
}

export function createJournalCursor(): JournalCursor {
  let position: number | undefined;

  return {
    async news({ journal, rows }) {
      if (journal === undefined) return (position = undefined);
      // Most write no journal, so that this alone is asked there.
      const head = Math.max(0, ...(await rows(journal.head)).map((row) => Number(row.head)));
      const before = position;
      if (before === undefined || head === before) {
        position = head;
        return undefined;
      }
      const found = head < before ? [] : await rows(journal.after(before, LIMIT + 1));
      const fits = found.length > 0 && found.length <= LIMIT;
      position = fits ? Number(found.at(-1)?.seq) : head;
      return {
        changes: fits ? changesOf(found.filter((record) => record.event_type !== "comment")) : [],
        overrun: !fits || Number(found[0]?.seq) !== before + 1,
      };
    },
  };
}
