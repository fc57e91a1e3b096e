import { DatabaseError } from "@gastown/convoy-core";
import { type CompiledQuery, sql } from "kysely";
import type { DoltServer } from "./server.ts";
import { quoteName } from "./statement-guard.ts";

/** The newest migration that bd ran on a database. */
export async function schemaVersion(server: DoltServer, database: string): Promise<number | undefined> {
  const table = sql.raw(`${quoteName(database)}.schema_migrations`);
  const query = sql<{ value: unknown }>`select max(version) as value from ${table}`;
  const version = Number((await valueOf(server, database, query.compile(server.kysely))) ?? Number.NaN);
  return Number.isInteger(version) ? version : undefined;
}

/** The statuses that `status.custom` gives the category `done`, as in `triage,shipped:done`. */
export async function doneStatusesOf(server: DoltServer, database: string): Promise<readonly string[]> {
  const table = sql.raw(`${quoteName(database)}.config`);
  const query = sql<{ value: unknown }>`select value from ${table} where ${sql.raw("`key`")} = 'status.custom'`;
  const value = await valueOf(server, database, query.compile(server.kysely));
  return typeof value === "string" ? doneStatuses(value) : [];
}

/** The names with the category `done` in a text like `triage,shipped:done`. */
export function doneStatuses(custom: string): string[] {
  return custom
    .split(",")
    .map((part) => part.split(":").map((word) => word.trim()))
    .filter(([name = "", category]) => name !== "" && category?.toLowerCase() === "done")
    .map(([name = ""]) => name);
}

/** Undefined where there is no such table, as in older databases. */
async function valueOf(
  server: DoltServer,
  database: string,
  query: CompiledQuery<{ value: unknown }>,
): Promise<unknown> {
  try {
    const [row] = await server.rows(query, database);
    return row?.value;
  } catch (error) {
    if (error instanceof DatabaseError && error.fault === "foreign") return undefined;
    throw error;
  }
}
