import type { GoneIssue, IssueRow } from "@gastown/convoy-core";
import { exactly, type IssueRecord, toIssue } from "@gastown/sql";
import { sql } from "kysely";
import type { Opening } from "./opening.ts";
import { quoteName } from "./statement-guard.ts";

/** Ids asked about in one go: each is looked for in a whole history, and in all databases of the server. */
const LIMIT = 50;

/**
 * What the server knows of issues that a database has not: how they were when they were deleted, where the server keeps a
 * history, and which other database has them.
 *
 * @throws {DatabaseError}
 */
export async function goneIssues(
  at: Opening,
  database: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, GoneIssue>> {
  const wanted = ids.slice(0, LIMIT);
  const found = new Map<string, GoneIssue>();
  for (const row of await removed(at, database, wanted)) found.set(row.id, { row });
  for (const { id, db } of await elsewhere(at, database, wanted)) found.set(id, { ...found.get(id), elsewhere: db });
  return found;
}

/** The newest of each. Dolt keeps what every commit, and the working set, has taken away. */
async function removed(at: Opening, database: string, ids: readonly string[]): Promise<IssueRow[]> {
  const { server, shape } = at;
  if (!(await server.isDolt(database))) return [];
  const column = (there: boolean, name: string): ReturnType<typeof sql.raw> => sql.raw(there ? `from_${name}` : "null");
  const query = sql<IssueRecord>`
    select from_id as id, from_status as status, ${column(shape.title, "title")} as title, null as assignee,
      ${column(shape.closedAt, "closed_at")} as closed_at, ${column(shape.updatedAt, "updated_at")} as updated_at
    from ${sql.raw(quoteName(database))}.dolt_diff_issues
    where diff_type = 'removed' and from_id in (${sql.join(ids)}) order by to_commit_date`;
  const rows = exactly(ids, await at.rows(query.compile(server.kysely)));
  return [...new Map(rows.map((row) => [row.id, toIssue(row)])).values()];
}

async function elsewhere(
  { server, rows }: Opening,
  database: string,
  ids: readonly string[],
): Promise<{ id: string; db: string }[]> {
  const others = (await server.schemas.withIssues(database)).filter((name) => name !== database);
  if (others.length === 0) return [];
  const parts = others.map(
    (name) => sql`select id, ${name} as db from ${sql.raw(quoteName(name))}.issues where id in (${sql.join(ids)})`,
  );
  return exactly(
    ids,
    await rows(sql<{ id: string; db: string }>`${sql.join(parts, sql` union all `)}`.compile(server.kysely)),
  );
}
