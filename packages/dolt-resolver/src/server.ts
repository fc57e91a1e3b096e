import { backoff, type Clock } from "@gastown/convoy-core";
import type { Compiled } from "@gastown/sql";
import type { ServerAddress } from "@gastown/town-files";
import { sql } from "kysely";
import { connectingTo } from "./connecting.ts";
import { connectAlone, createPool, type LoneConnection } from "./connections.ts";
import { asDoltError, isBroken, isOfSession, isRefused } from "./faults.ts";
import { compiled } from "./reads.ts";
import { createSchemas, type Schemas } from "./schemas.ts";
import { createWorkingSets, type WorkingSets } from "./working-sets.ts";

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
  const attempt = async <R>(query: Compiled<R>): Promise<R[]> => {
    if (now() < retryAt) throw lastFailure;
    try {
      const found = await pool.rows(query);
      failures = 0;
      return found;
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

  const rows = async <R>(query: Compiled<R>, database: string): Promise<R[]> => {
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
