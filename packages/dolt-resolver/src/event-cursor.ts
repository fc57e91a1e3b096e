import type { IssueChange } from "@gastown/convoy-core";
import { changesOf, type Compiled, hasColumns, type IssueEvent } from "@gastown/sql";
import { type RawBuilder, sql } from "kysely";
import type { Opening } from "./opening.ts";
import { compiled, tableOf, unionOf } from "./reads.ts";

/** Events read again each time, in milliseconds of their own times: those of one second come in any order, and clocks differ. */
const OVERLAP = 10_000;
/** Events of a time to come are left for then, but for so much: clocks differ. */
const AHEAD = 60_000;
/** Events looked at in one go, of one table. */
const LIMIT = 256;
/** How long the server's time may be reckoned from our own, in milliseconds. */
const RECKON_FOR = 60_000;
const SECOND = 1_000;

/** What the events of a database tell. */
export interface EventNews {
  readonly changes: readonly IssueChange[];
  /** More events than are looked at have come. */
  readonly overrun: boolean;
}

/** A place in the history of a database whose events have neither an order nor fine times. */
export interface EventCursor {
  /**
   * What is new; nothing at the first call.
   *
   * @throws {DatabaseError}
   */
  news(opening: Opening): Promise<EventNews>;
}

interface Mark {
  /** The newest event, by its own time; both in ms since the epoch. */
  readonly newest: number;
  readonly serverTime: number;
  /** By our own clock. */
  readonly at: number;
}

/**
 * What has come since, by the events' own times; what is new among them is told by id.
 *
 * @param now milliseconds, monotonic
 */
export function createEventCursor(now: () => number): EventCursor {
  let mark: Mark | undefined;
  /** Where to read from, by the events' own times. Never back: what was overrun stays so. */
  let since = 0;
  let seen: ReadonlySet<string> | undefined;

  const markNow = async (opening: Opening, tables: readonly EventTable[]): Promise<Mark> => {
    const found = await opening.rows(newestOf(tables));
    const serverTime = timeOf(found[0]?.server_time);
    // Of events of a time to come nothing follows for those of the present; but servers round up.
    return { newest: latest(found, serverTime + SECOND) ?? serverTime, serverTime, at: now() };
  };

  return {
    async news(opening) {
      const tables = eventTables(opening);
      if (tables.length === 0) return { changes: [], overrun: false };
      if (mark === undefined || now() - mark.at >= RECKON_FOR) mark = await markNow(opening, tables);
      since = Math.max(since, mark.newest - OVERLAP);
      const present = mark.serverTime + (now() - mark.at);
      const rows = await opening.rows(eventsBetween(tables, textOf(since), textOf(present + AHEAD)));
      const before = seen;
      if (rows.length > LIMIT) {
        // A sweep looks at all there is; what comes after the newest of them is followed from here on.
        mark = await markNow(opening, tables);
        since = Math.max(since, mark.newest + SECOND);
        seen = new Set();
        return { changes: [], overrun: before !== undefined };
      }
      const fresh = rows.filter((row) => before !== undefined && !before.has(String(row.id)));
      seen = new Set(rows.map((row) => String(row.id)));
      since = Math.max(since, (latest(rows, present) ?? since) - OVERLAP);
      return { overrun: false, changes: changesOf(fresh) };
    },
  };
}

interface EventTable {
  readonly events: RawBuilder<unknown>;
  readonly issues: RawBuilder<unknown>;
}

/** Where events are kept: of issues, and of wisps. */
function eventTables({ database, columns }: Opening): EventTable[] {
  return Object.entries({ events: "issues", wisp_events: "wisps" }).flatMap(([events, issues]) =>
    hasColumns(columns, events, "id", "issue_id", "event_type", "created_at")
      ? [{ events: tableOf(database, events), issues: tableOf(database, issues) }]
      : [],
  );
}

/** The time of the server, and the newest event by its own time; each starts from the end of an index. */
function newestOf(tables: readonly EventTable[]): Compiled<{ server_time: string; at: string | null }> {
  return compiled(
    unionOf(
      tables.map(
        ({ events }) => sql`select utc_timestamp() as server_time,
          (select created_at from ${events} order by created_at desc limit 1) as at`,
      ),
    ),
  );
}

/** Times as servers tell them: whole seconds, UTC, without a zone. */
interface EventRecord extends IssueEvent {
  readonly id: string | number;
  readonly at: string;
}

/** Events of this time span, oldest first: one more than are looked at, from each table. */
function eventsBetween(tables: readonly EventTable[], from: string, to: string): Compiled<EventRecord> {
  return compiled(
    unionOf(
      tables.map(
        ({ events, issues }) => sql`select e.id, e.issue_id, e.event_type, e.at, i.status from
          (select id, issue_id, event_type, created_at as at from ${events}
          where created_at >= ${from} and created_at <= ${to} order by created_at limit ${sql.lit(LIMIT + 1)}) as e
          left join ${issues} as i on i.id = e.issue_id`,
      ),
    ),
  );
}

/** At most the present. */
function latest(events: readonly { readonly at: string | null }[], present: number): number | undefined {
  const times = events.map((row) => timeOf(row.at)).filter(Number.isFinite);
  return times.length === 0 ? undefined : Math.min(present, Math.max(...times));
}

function timeOf(text: string | null | undefined): number {
  return Date.parse(`${(text ?? "").replace(" ", "T")}Z`);
}

function textOf(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace("T", " ");
}
