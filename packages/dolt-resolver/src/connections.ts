import type { Compiled } from "@gastown/sql";
import type { Pool, PoolConnection } from "mysql2";
import { type Connecting, STATEMENT_LIMIT } from "./connecting.ts";
import { isOfSession, ofDriver } from "./faults.ts";
import { readOver } from "./reads.ts";

const CONNECTIONS = 2;
const FAREWELL_LIMIT = 1_000;
/** A session stays on the branch that was the default when it began, in milliseconds: for no longer than that. */
const SESSION_FOR = 60_000;

/** A few connections that send reads only, each bounded in time. */
export interface ReadingPool {
  /** A connection for one read, which hands it back. Both reject with what the driver says. */
  take(): Promise<<R>(query: Compiled<R>) => Promise<R[]>>;
  /** How many have been made so far. */
  connections(): number;
  /** Politely, but no longer than that takes on a line that works. */
  end(): Promise<void>;
}

/**
 * The pool, before anything is connected: the driver is loaded when the first connection is asked for.
 *
 * @param now milliseconds, monotonic
 */
export function createPool({ options, changing }: Connecting, now: () => number): ReadingPool {
  const begun = new WeakMap<PoolConnection, number>();
  const open = new Set<PoolConnection>();
  let pool: Promise<Pool> | undefined;
  let count = 0;
  let ended = false;

  const connect = async (): Promise<Pool> => {
    const { createPool: create } = await import("mysql2");
    const made = create({ ...(await options()), connectionLimit: CONNECTIONS });
    made.on("connection", (connection) => {
      open.add(connection);
      count += 1;
      begun.set(connection, now());
      connection.on("end", () => open.delete(connection));
    });
    return made;
  };

  /** What could not be had now may be had later. */
  const forget = (error: unknown): never => {
    pool = undefined;
    throw error;
  };

  /** A token ends; the next connection is made with one that is good. */
  const renew = async ({ config }: Pool): Promise<void> => {
    const { user } = await options();
    Object.assign((config as { connectionConfig: object }).connectionConfig, { user });
  };

  const connectionOf = (made: Pool): Promise<PoolConnection> =>
    new Promise((resolve, reject) => {
      made.getConnection((error, connection) => (error === null ? resolve(connection) : reject(ofDriver(error))));
    });

  const acquire = async (): Promise<PoolConnection> => {
    if (ended) throw new Error("Pool is closed.");
    const made = await (pool ??= connect().catch(forget));
    for (;;) {
      if (changing) await renew(made);
      const connection = await connectionOf(made);
      if (now() - (begun.get(connection) ?? now()) < SESSION_FOR) return connection;
      connection.destroy();
    }
  };

  return {
    connections: () => count,
    async take() {
      const connection = await acquire();
      return async (query) => {
        try {
          return await readOver(connection, query);
        } catch (error) {
          if (isOfSession(error)) connection.destroy();
          throw error;
        } finally {
          connection.release();
        }
      };
    },
    async end() {
      ended = true;
      const made = await pool?.catch(() => undefined);
      if (made === undefined) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        for (const connection of open) connection.destroy();
        resolve();
      }, FAREWELL_LIMIT);
      made.end(() => resolve());
      await promise;
      clearTimeout(timer);
    },
  };
}

/** One connection that is nobody else's: what the server ties to a connection ends with it. */
export interface LoneConnection {
  /** Aborted once the connection has ended, however. */
  readonly ended: AbortSignal;
  /** Runs one read; rejects with what the driver says. */
  rows(statement: string): Promise<Record<string, unknown>[]>;
  /** Ends another connection of the same user. Rejects with what the driver says. */
  kill(id: number): Promise<void>;
  close(): void;
}

/** Rejects with what the driver says. */
export async function connectAlone({ options }: Connecting): Promise<LoneConnection> {
  const { createConnection } = await import("mysql2");
  const connection = createConnection(await options());
  const end = new AbortController();
  connection.on("end", () => end.abort());
  connection.on("error", () => end.abort());
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  connection.connect((error) => (error === null ? resolve() : reject(ofDriver(error))));
  await promise;
  return {
    ended: end.signal,
    rows: (sql) => readOver(connection, { sql, parameters: [] }),
    async kill(id) {
      if (!Number.isSafeInteger(id) || id <= 0) throw new RangeError(`no connection has the number ${id}`);
      const killed = Promise.withResolvers<void>();
      const timer = setTimeout(() => connection.destroy(), STATEMENT_LIMIT);
      // Not a statement that may be prepared; and not one that reads, so that it has a way of its own.
      connection.query(`kill ${id}`, (error) => (error === null ? killed.resolve() : killed.reject(ofDriver(error))));
      await killed.promise.finally(() => clearTimeout(timer));
    },
    close() {
      connection.destroy();
      end.abort();
    },
  };
}
