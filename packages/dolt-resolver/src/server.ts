import { backoff, type Clock } from "@gastown/convoy-core";
import type { ServerAddress } from "@gastown/town-files";
import { type CompiledQuery, Kysely, MysqlDialect, sql } from "kysely";
import { connectAlone, connectingTo, type LoneConnection } from "./connection-options.ts";
import { asDoltError, isBroken, isOfSession, isRefused } from "./faults.ts";
import { createPool } from "./pool.ts";
import { createSchemas, type Schemas } from "./schemas.ts";
import { createWorkingSets, type WorkingSets } from "./working-sets.ts";

/** After a connection that could not be made, the next tries wait, in milliseconds. */
const RECONNECT = { base: 100, cap: 2_000, floor: 50 };
/** After one that was refused, which each time leaves a line in the server's log and passes by a person's hand. */
const REFUSED = { base: 1_000, cap: 30_000, floor: 1_000 };

/** One MySQL-compatible server, for all databases on it. Two connections at most, made when first needed. */
export interface DoltServer {
  /** Only to compile queries with: what it runs would go around retries and faults. */
  readonly kysely: Kysely<unknown>;
  /**
   * Runs one read, bounded in time; once more when the connection was cut meanwhile.
   *
   * @param database named in the error
   * @throws {DatabaseError}
   */
  rows<R>(query: CompiledQuery<R>, database: string): Promise<R[]>;
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
  const kysely = new Kysely<unknown>({ dialect: new MysqlDialect({ pool }) });
  let failures = 0;
  let retryAt = Number.NEGATIVE_INFINITY;
  let lastFailure: unknown;
  let isDolt: boolean | undefined;

  /** While the server is down, most callers are told so without another try. */
  const attempt = async <R>(query: CompiledQuery<R>): Promise<R[]> => {
    if (now() < retryAt) throw lastFailure;
    try {
      const { rows } = await kysely.executeQuery(query);
      failures = 0;
      return rows;
    } catch (error) {
      if (pool.isConnectFailure(error)) {
        failures += 1;
        lastFailure = error;
        isDolt = undefined;
        retryAt = now() + backoff(isRefused(error) ? REFUSED : RECONNECT, failures, random());
      }
      throw error;
    }
  };

  const rows = async <R>(query: CompiledQuery<R>, database: string): Promise<R[]> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(query);
      } catch (error) {
        // Both pooled connections may have been cut while they lay idle, or know what is gone; those are not used again.
        if (tries < 3 && (isBroken(error) || isOfSession(error)) && !pool.isConnectFailure(error)) continue;
        throw asDoltError(error, database);
      }
    }
  };

  const ask = (query: CompiledQuery, database: string): Promise<Record<string, unknown>[]> =>
    rows(query as CompiledQuery<Record<string, unknown>>, database);

  return {
    kysely,
    rows,
    workingSets: createWorkingSets(ask, now),
    schemas: createSchemas(ask, now),
    async isDolt(database) {
      if (isDolt === undefined) {
        const [row] = await rows(sql<{ kind: unknown }>`select @@version_comment as kind`.compile(kysely), database);
        isDolt = String(row?.kind).startsWith("Dolt");
      }
      return isDolt;
    },
    connections: () => pool.connections(),
    connectAlone: () => connectAlone(connecting),
    close: () => kysely.destroy(),
  };
}
