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

/** As often as the question itself may open another connection. */
const TRIES = 3;

/**
 * Holds a database to its project, as bd does: what calls itself another one's is not read. A server may be replaced by
 * another on its port, so it is asked again whenever a connection is new.
 *
 * @param projectId as `metadata.json` has it; undefined in older towns, which nothing can be held to
 */
export function createIdentity(database: string, projectId: string | undefined): (server: DoltServer) => Promise<void> {
  let known: { readonly server: DoltServer; readonly connections: number } | undefined;
  const isKnown = (server: DoltServer): boolean =>
    known?.server === server && known.connections === server.connections();

  return async (server) => {
    if (projectId === undefined) return;
    for (let tries = 0; tries < TRIES && !isKnown(server); tries += 1) {
      const connections = server.connections();
      const found = await identityOf(server, database);
      if (found !== undefined && found !== projectId) throw stranger(database);
      known = { server, connections };
    }
  };
}

async function identityOf(server: DoltServer, database: string): Promise<string | undefined> {
  const query = sql<{ id: unknown }>`select value as id from ${sql.raw(quoteName(database))}.metadata
    where ${sql.raw("`key`")} = '_project_id'`;
  try {
    const [row] = await server.rows(query.compile(server.kysely), database);
    return typeof row?.id === "string" && row.id !== "" ? row.id : undefined;
  } catch (error) {
    // Older databases have no such table.
    if (error instanceof DatabaseError && error.fault === "foreign") return undefined;
    throw error;
  }
}

function stranger(database: string): DatabaseError {
  return new DatabaseError(
    "stranger",
    database,
    `the Dolt database ${database} is another project's: its _project_id is not the project_id of metadata.json`,
    "another server may listen at that port: `convoy-cli doctor` says what decided the address, `bd dolt status` what bd reaches",
  );
}
