import { type IssueChange, isDone } from "@gastown/convoy-core";
import type { EventQueries, EventRecord } from "./events.ts";
import type { Opening } from "./opening.ts";

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

  const markNow = async (opening: Opening, events: EventQueries): Promise<Mark> => {
    const found = await opening.rows(events.newest);
    const serverTime = timeOf(found[0]?.server_time);
    // Of events of a time to come nothing follows for those of the present; but servers round up.
    return { newest: newestOf(found, serverTime + SECOND) ?? serverTime, serverTime, at: now() };
  };

  return {
    async news(opening) {
      const { events } = opening;
      if (events === undefined) return { changes: [], overrun: false };
      if (mark === undefined || now() - mark.at >= RECKON_FOR) mark = await markNow(opening, events);
      since = Math.max(since, mark.newest - OVERLAP);
      const present = mark.serverTime + (now() - mark.at);
      const rows = await opening.rows(events.between(textOf(since), textOf(present + AHEAD), LIMIT + 1));
      const before = seen;
      if (rows.length > LIMIT) {
        // A sweep looks at all there is; what comes after the newest of them is followed from here on.
        mark = await markNow(opening, events);
        since = Math.max(since, mark.newest + SECOND);
        seen = new Set();
        return { changes: [], overrun: before !== undefined };
      }
      const fresh = rows.filter((row) => before !== undefined && !before.has(String(row.id)));
      const changes = changesOf(fresh);
      seen = new Set(rows.map((row) => String(row.id)));
      since = Math.max(since, (newestOf(rows, present) ?? since) - OVERLAP);
      return { overrun: false, changes };
    },
  };
}

/** At most the present. */
function newestOf(events: readonly { readonly at: string | null }[], present: number): number | undefined {
  const times = events.map((row) => timeOf(row.at)).filter(Number.isFinite);
  return times.length === 0 ? undefined : Math.min(present, Math.max(...times));
}

function changesOf(events: readonly EventRecord[]): IssueChange[] {
  const byIssue = Map.groupBy(events, (row) => row.issue_id);
  return [...byIssue].map(([issue, rows]) => {
    const closed = rows.some((row) => row.status !== null && isDone(row.status));
    const reopened = !closed && rows.some((row) => row.event_type === "reopened");
    return { issue, closed, ...(reopened && { reopened }) };
  });
}

function timeOf(text: string | null | undefined): number {
  return Date.parse(`${(text ?? "").replace(" ", "T")}Z`);
}

function textOf(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace("T", " ");
}
