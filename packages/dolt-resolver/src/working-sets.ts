import { backoff, DatabaseError } from "@gastown/convoy-core";
import { type Ask, raw } from "./reads.ts";

/** Names that can be part of a system variable as they are. Dolt knows no quotes there. */
const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** All of them; answers with the names in lower case. */
const EVERY_HASH = "show variables like '%\\_working'";
/** A name that the server does not know is looked for again after a while, in milliseconds. */
const UNKNOWN_FOR = { base: 1_000, cap: 30_000, floor: 1_000 };

/** What tells whether the databases of a Dolt server have changed. */
export interface WorkingSets {
  /**
   * The root hashes of the working sets of these databases, in one query. Each changes with every committed write,
   * whoever made it. Undefined for a database that the server does not know.
   *
   * @throws {DatabaseError} when the server can't be asked
   */
  hashes(databases: readonly string[]): Promise<(string | undefined)[]>;
}

/**
 * Asks for a hash by name only where the name is known: the server writes an error to its log for each one that is not.
 *
 * @param now milliseconds, monotonic
 */
export function createWorkingSets(ask: Ask, now: () => number): WorkingSets {
  let known: ReadonlySet<string> = new Set();
  const absent = new Map<string, { readonly misses: number; readonly until: number }>();

  const every = async (databases: readonly string[], first: string): Promise<(string | undefined)[]> => {
    const rows = await ask(raw(EVERY_HASH), first);
    const hashes = new Map(rows.map((row) => [String(row["Variable_name"]).toLowerCase(), textOf(row["Value"])]));
    known = new Set(hashes.keys());
    for (const variable of databases.map(variableOf)) {
      const misses = (absent.get(variable)?.misses ?? 0) + 1;
      if (known.has(variable)) absent.delete(variable);
      else absent.set(variable, { misses, until: now() + backoff(UNKNOWN_FOR, misses, 1) });
    }
    return databases.map((name) => hashes.get(variableOf(name)));
  };

  const isDue = (variable: string): boolean =>
    !known.has(variable) && now() >= (absent.get(variable)?.until ?? Number.NEGATIVE_INFINITY);

  const named = async (databases: readonly string[]): Promise<(string | undefined)[]> => {
    const there = [...new Set(databases.filter((name) => known.has(variableOf(name))).map(variableOf))];
    const [first] = there;
    if (first === undefined) return databases.map(() => undefined);
    const columns = there.map((variable, index) => `@@${variable} as h${index}`);
    const [row = {}] = await ask(raw(`select ${columns.join(", ")}`), databases[0] ?? first);
    const hashes = new Map(there.map((variable, index) => [variable, textOf(row[`h${index}`])]));
    return databases.map((name) => hashes.get(variableOf(name)));
  };

  return {
    async hashes(databases) {
      const [first] = databases;
      if (first === undefined) return [];
      if (!databases.every((name) => PLAIN.test(name)) || databases.map(variableOf).some(isDue))
        return every(databases, first);
      try {
        return await named(databases);
      } catch (error) {
        // One that was dropped since, or whose variable went, spoils the query for all of them.
        if (!(error instanceof DatabaseError) || /^(?:unreachable|denied|locked)$/.test(error.fault)) throw error;
        return every(databases, first);
      }
    },
  };
}

function variableOf(database: string): string {
  return `${database.toLowerCase()}_working`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
