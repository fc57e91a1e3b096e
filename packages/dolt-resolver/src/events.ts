import type { Columns } from "@gastown/sqlite-resolver/queries";
import { type CompiledQuery, sql } from "kysely";
import type { DoltServer } from "./server.ts";
import { quoteName } from "./statement-guard.ts";

/** What was done to an issue. Times as servers tell them: whole seconds, UTC, without a zone. */
export interface EventRecord {
  readonly id: string | number;
  readonly issue_id: string;
  readonly event_type: string;
  readonly at: string;
  /** Of the issue as it is now; null when there is none. */
  readonly status: string | null;
}

/** What is asked of the history of a database, of its issues and its wisps. */
export interface EventQueries {
  /** The time of the server, and the newest event by its own time; each starts from the end of an index. */
  readonly newest: CompiledQuery<{ readonly server_time: string; readonly at: string | null }>;
  /** Events of this time span, oldest first: as many as were asked for, from each table. */
  between(from: string, to: string, limit: number): CompiledQuery<EventRecord>;
}

const FAMILIES = [
  { events: "events", issues: "issues" },
  { events: "wisp_events", issues: "wisps" },
] as const;

/** Undefined where no events are kept. */
export function eventQueries(server: DoltServer, database: string, columns: Columns): EventQueries | undefined {
  const needed = ["id", "issue_id", "event_type", "created_at"];
  const tables = FAMILIES.filter(({ events }) => needed.every((column) => columns.get(events)?.has(column))).map(
    ({ events, issues }) => ({
      events: sql.raw(`${quoteName(database)}.${events}`),
      issues: sql.raw(`${quoteName(database)}.${issues}`),
    }),
  );
  if (tables.length === 0) return undefined;
  const { kysely } = server;
  const newest = tables.map(({ events }) => sql`(select created_at from ${events} order by created_at desc limit 1)`);
  return {
    newest: sql<{ server_time: string; at: string | null }>`${sql.join(
      newest.map((at) => sql`select utc_timestamp() as server_time, ${at} as at`),
      sql` union all `,
    )}`.compile(kysely),
    between: (from, to, limit) =>
      sql<EventRecord>`${sql.join(
        tables.map(
          ({ events, issues }) => sql`select e.id, e.issue_id, e.event_type, e.at, i.status from
            (select id, issue_id, event_type, created_at as at from ${events}
            where created_at >= ${from} and created_at <= ${to} order by created_at limit ${sql.lit(limit)}) as e
            left join ${issues} as i on i.id = e.issue_id`,
        ),
        sql` union all `,
      )}`.compile(kysely),
  };
}
