import { DatabaseError } from "@gastown/convoy-core";
import { CompiledQuery } from "kysely";
import type { DoltServer } from "./server.ts";

/** Names that can be part of a system variable as they are. Dolt knows no quotes there. */
const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** All of them; answers with the names in lower case. */
const EVERY_HASH = "show variables like '%\\_working'";

/**
 * The root hashes of the working sets of these databases on a Dolt server, in one query. Each changes with every
 * committed write, whoever made it. Undefined for a database that the server does not know.
 *
 * @throws {DatabaseError} when the server can't be asked
 */
export async function hashesOf(server: DoltServer, databases: readonly string[]): Promise<(string | undefined)[]> {
  const [first] = databases;
  if (first === undefined) return [];
  if (databases.every((name) => PLAIN.test(name))) {
    try {
      const columns = databases.map((name, index) => `@@${name}_working as h${index}`);
      const [row = {}] = await rowsOf(server, `select ${columns.join(", ")}`, first);
      return databases.map((_, index) => textOf(row[`h${index}`]));
    } catch (error) {
      // One name that is unknown spoils the query for all of them.
      if (!(error instanceof DatabaseError) || error.fault === "unreachable" || error.fault === "denied") throw error;
    }
  }
  const rows = await rowsOf(server, EVERY_HASH, first);
  const hashes = new Map(rows.map((row) => [String(row["Variable_name"]).toLowerCase(), textOf(row["Value"])]));
  return databases.map((name) => hashes.get(`${name.toLowerCase()}_working`));
}

function rowsOf(server: DoltServer, statement: string, database: string): Promise<Record<string, unknown>[]> {
  return server.rows(CompiledQuery.raw(statement), database);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
