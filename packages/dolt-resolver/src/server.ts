import { backoff, type Clock, DatabaseError } from "@gastown/convoy-core";
import type { Compiled } from "@gastown/sql";
import type { ServerAddress } from "@gastown/town-files";
import { sql } from "kysely";
import { connectingTo } from "./connecting.ts";
import { connectAlone, createPool, type LoneConnection } from "./connections.ts";
import { asDoltError, isBroken, isOfSession, isRefused } from "./faults.ts";
import { type Ask, compiled, raw } from "./reads.ts";
import { createSchemas, type Schemas } from "./schemas.ts";

/** After a connection that could not be made, the next tries wait, in milliseconds. */
const RECONNECT = { base: 100, cap: 2_000, floor: 50 };
/** After one that was refused, which each time leaves a line in the server's log and passes by a person's hand. */
const REFUSED = { base: 1_000, cap: 30_000, floor: 1_000 };

/** One MySQL-compatible server, for all databases on it. Two connections at most, made when first needed. */
export interface DoltServer {
  /**
   * Runs one read, bounded in time; once more when the connection was cut meanwhile.
   *
   * @param database named in the error
   * @throws {DatabaseError}
   */
  rows<R>(query: Compiled<R>, database: string): Promise<R[]>;
  /** Whether it is Dolt, and not another server of that protocol. Throws as `rows`. */
  isDolt(database: string): Promise<boolean>;
  readonly workingSets: WorkingSets;
  readonly schemas: Schemas;
  /** How many connections have been made so far: another one may be to another server on the same port. */
  connections(): number;
  /** A connection outside of the pool. Rejects with what the driver says. */
  connectAlone(): Promise<LoneConnection>;
  /** Ends the connections; running reads fail. */
  close(): Promise<void>;
}

/** What a server is asked with. */
export interface ServerOptions {
  /** Monotonic. */
  readonly clock: Pick<Clock, "now">;
  /** A number in [0, 1) for jitter. */
  readonly random: () => number;
}

export function createDoltServer(address: ServerAddress, { clock, random }: ServerOptions): DoltServer {
  const now = (): number => clock.now();
  const connecting = connectingTo(address);
  const pool = createPool(connecting, now);
  let failures = 0;
  let retryAt = Number.NEGATIVE_INFINITY;
  let lastFailure: unknown;
  let isDolt: boolean | undefined;

  /** While the server is down, most callers are told so without another try. */
  const connect = async (): ReturnType<typeof pool.take> => {
    if (now() < retryAt) throw lastFailure;
    try {
      return await pool.take();
    } catch (error) {
      failures += 1;
      lastFailure = error;
      isDolt = undefined;
      retryAt = now() + backoff(isRefused(error) ? REFUSED : RECONNECT, failures, random());
      throw error;
    }
  };

  const rows = async <R>(query: Compiled<R>, database: string): Promise<R[]> => {
    for (let tries = 1; ; tries += 1) {
      const read = await connect().catch((error: unknown) => {
        throw asDoltError(error, database);
      });
      try {
        const found = await read(query);
        failures = 0;
        return found;
      } catch (error) {
        // Both pooled connections may have been cut while they lay idle, or know what is gone; those are not used again.
        if (tries < 3 && (isBroken(error) || isOfSession(error))) continue;
        throw asDoltError(error, database);
      }
    }
  };

  return {
    rows,
    workingSets: createWorkingSets(rows, now),
    schemas: createSchemas(rows, now),
    async isDolt(database) {
      if (isDolt === undefined) {
        const [row] = await rows(compiled(sql<{ kind: unknown }>`select @@version_comment as kind`), database);
        isDolt = String(row?.kind).startsWith("Dolt");
      }
      return isDolt;
    },
    connections: pool.connections,
    connectAlone: () => connectAlone(connecting),
    close: () => pool.end(),
  };
}

/** Names that can be part of a system variable as they are. Dolt knows no quotes there. */
const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** All of them; answers with the names in lower case. */
const EVERY_HASH = "show variables like '%\\_working'";
/** A name that the server does not know is looked for again after a while, in milliseconds. */
const UNKNOWN_FOR = { base: 1_000, cap: 30_000, floor: 1_000 };

/**
 * The root hashes of the working sets of these databases, in one query. Each changes with every committed write, whoever made
 * it. Undefined for a database that the server does not know.
 *
 * @throws {DatabaseError} when the server can't be asked
 */
export type WorkingSets = (databases: readonly string[]) => Promise<(string | undefined)[]>;

type Hashes = ReadonlyMap<string, string | undefined>;

/**
 * Asks for a hash by name only where the name is known: the server writes an error to its log for each one that is not.
 *
 * @param now milliseconds, monotonic
 */
export function createWorkingSets(ask: Ask, now: () => number): WorkingSets {
  let known: ReadonlySet<string> = new Set();
  const absent = new Map<string, { readonly misses: number; readonly until: number }>();

  const every = async (variables: readonly string[], database: string): Promise<Hashes> => {
    const rows = await ask(raw(EVERY_HASH), database);
    const hashes = new Map(rows.map((row) => [String(row["Variable_name"]).toLowerCase(), textOf(row["Value"])]));
    known = new Set(hashes.keys());
    for (const variable of variables) {
      const misses = (absent.get(variable)?.misses ?? 0) + 1;
      if (known.has(variable)) absent.delete(variable);
      else absent.set(variable, { misses, until: now() + backoff(UNKNOWN_FOR, misses, 1) });
    }
    return hashes;
  };

  const isDue = (variable: string): boolean =>
    !known.has(variable) && now() >= (absent.get(variable)?.until ?? Number.NEGATIVE_INFINITY);

  const named = async (variables: readonly string[], database: string): Promise<Hashes> => {
    const there = [...new Set(variables.filter((variable) => known.has(variable)))];
    if (there.length === 0) return new Map();
    const columns = there.map((variable, index) => `@@${variable} as h${index}`);
    const [row = {}] = await ask(raw(`select ${columns.join(", ")}`), database);
    return new Map(there.map((variable, index) => [variable, textOf(row[`h${index}`])]));
  };

  const hashesOf = async (databases: readonly string[], first: string): Promise<Hashes> => {
    const variables = databases.map(variableOf);
    if (!databases.every((name) => PLAIN.test(name)) || variables.some(isDue)) return every(variables, first);
    try {
      return await named(variables, first);
    } catch (error) {
      // One that was dropped since, or whose variable went, spoils the query for all of them.
      if (!(error instanceof DatabaseError) || /^(?:unreachable|denied|locked)$/.test(error.fault)) throw error;
      return every(variables, first);
    }
  };

  return async (databases) => {
    const [first] = databases;
    const hashes: Hashes = first === undefined ? new Map() : await hashesOf(databases, first);
    return databases.map((name) => hashes.get(variableOf(name)));
  };
}

function variableOf(database: string): string {
  return `${database.toLowerCase()}_working`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
