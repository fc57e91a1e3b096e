import { DatabaseError, type IssueChange, mergeChanges } from "@gastown/convoy-core";
import { changesOf, type Columns, type Compiled, hasColumns, type IssueEvent } from "@gastown/sql";
import { type RawBuilder, sql } from "kysely";
import type { DoltDatabase } from "./dolt-database.ts";
import type { Opening } from "./opening.ts";
import { compiled, tableOf, unionOf } from "./reads.ts";

/** What was done in a database since it was last asked. */
export interface HistoryNews {
  readonly changes: readonly IssueChange[];
  /** More events than are looked at have come. */
  readonly overrun: boolean;
}

/** Nothing at the first call. Rejects with a `DatabaseError`. */
export type History = () => Promise<HistoryNews>;

/**
 * The journal where somebody writes one, for it leaves nothing out; and the events, since whether a journal is written is a
 * setting of each client, and since they alone tell of reopenings.
 *
 * @param now milliseconds, monotonic
 */
export function createHistory(database: DoltDatabase, now: () => number): History {
  const journal = createJournalCursor();
  const events = createEventCursor(now);

  return async () => {
    const opening = await database.opening();
    try {
      const written = await journal(opening);
      const told = await events(opening);
      if (written === undefined) return told;
      return { changes: [...mergeChanges([...written.changes, ...told.changes]).values()], overrun: written.overrun };
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.fault !== "foreign") throw error;
      // A migration has taken its table away, for a moment or for good: then what is awaited is read all the same.
      opening.server.schemas.doubt(opening.columns);
      await database.opening();
      return { changes: [], overrun: false };
    }
  };
}

/** Records looked at in one go. */
const MOST_RECORDS = 1_000;

/**
 * A place in the journal of a database: what is new there, nothing at the first call, undefined while nobody writes one. It
 * overruns when too much has come, when some of it was pruned unread, and when the journal was made anew.
 */
function createJournalCursor(): (opening: Opening) => Promise<HistoryNews | undefined> {
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
    const fits = found.length > 0 && found.length <= MOST_RECORDS;
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
    (select seq, op, issue_id from ${table("bd_events_journal")} where seq > ${seq} order by seq limit ${sql.lit(MOST_RECORDS + 1)}) as j
    left join ${table("issues")} as i on i.id = j.issue_id
    ${wisps ? sql`left join ${table("wisps")} as w on w.id = j.issue_id` : sql``} order by j.seq`);
}

/** Events read again each time, in milliseconds of their own times: those of one second come in any order, and clocks differ. */
const OVERLAP = 10_000;
/** Events of a time to come are left for then, but for so much: clocks differ. */
const AHEAD = 60_000;
/** Events looked at in one go, of one table. */
const MOST_EVENTS = 256;
/** How long the server's time may be reckoned from our own, in milliseconds. */
const RECKON_FOR = 60_000;
const SECOND = 1_000;

interface Mark {
  /** The newest event, by its own time; both in ms since the epoch. */
  readonly newest: number;
  readonly serverTime: number;
  /** By our own clock. */
  readonly at: number;
}

/**
 * A place in the events of a database, which have neither an order nor fine times: what has come since, by their own times,
 * nothing at the first call. What is new among them is told by id.
 */
function createEventCursor(now: () => number): (opening: Opening) => Promise<HistoryNews> {
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

  return async (opening) => {
    const tables = eventTables(opening);
    if (tables.length === 0) return { changes: [], overrun: false };
    if (mark === undefined || now() - mark.at >= RECKON_FOR) mark = await markNow(opening, tables);
    since = Math.max(since, mark.newest - OVERLAP);
    const present = mark.serverTime + (now() - mark.at);
    const rows = await opening.rows(eventsBetween(tables, textOf(since), textOf(present + AHEAD)));
    const before = seen;
    if (rows.length > MOST_EVENTS) {
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
          where created_at >= ${from} and created_at <= ${to} order by created_at limit ${sql.lit(MOST_EVENTS + 1)}) as e
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
