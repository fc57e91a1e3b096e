import { DatabaseError } from "@gastown/convoy-core";
import { sql } from "kysely";
import type { DoltServer } from "./server.ts";
import { quoteName } from "./statement-guard.ts";

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
