import { callbackify } from "node:util";
import type { MysqlPool, MysqlPoolConnection } from "kysely";
import type { Pool, PoolConnection } from "mysql2";
import type { Connecting } from "./connection-options.ts";
import { isOfSession, ofDriver } from "./faults.ts";
import { type GuardedQuery, guardedQuery } from "./statement-guard.ts";

const CONNECTIONS = 2;
const FAREWELL_LIMIT = 1_000;
/** A session stays on the branch that was the default when it began, in milliseconds: for no longer than that. */
const SESSION_FOR = 60_000;

/** A pool that sends reads only, each bounded in time. */
export interface GuardedPool extends MysqlPool {
  /** Whether this error came of a connection that could not be made. */
  isConnectFailure(error: unknown): boolean;
  /** How many have been made so far. */
  connections(): number;
}

/**
 * The pool, before anything is connected: the driver is loaded when the first connection is asked for.
 *
 * @param now milliseconds, monotonic
 */
export function createPool({ options, changing }: Connecting, now: () => number): GuardedPool {
  const failures = new WeakSet();
  const begun = new WeakMap<PoolConnection, number>();
  const guarded = new WeakMap<PoolConnection, MysqlPoolConnection>();
  const open = new Set<PoolConnection>();
  let pool: Promise<Pool> | undefined;
  let count = 0;

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

  const guard = (connection: PoolConnection): MysqlPoolConnection => {
    let known = guarded.get(connection);
    if (known === undefined) guarded.set(connection, (known = guardConnection(connection)));
    return known;
  };

  const take = (made: Pool): Promise<PoolConnection> =>
    new Promise((resolve, reject) => {
      made.getConnection((error, connection) => (error === null ? resolve(connection) : reject(ofDriver(error))));
    });

  const acquire = async (): Promise<MysqlPoolConnection> => {
    try {
      const made = await (pool ??= connect().catch(forget));
      for (;;) {
        if (changing) await renew(made);
        const connection = await take(made);
        if (now() - (begun.get(connection) ?? now()) < SESSION_FOR) return guard(connection);
        connection.destroy();
      }
    } catch (error) {
      if (typeof error === "object" && error !== null) failures.add(error);
      throw error;
    }
  };

  /** Politely, but no longer than that takes on a line that works. */
  const end = async (): Promise<void> => {
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
  };

  return {
    isConnectFailure: (error) => typeof error === "object" && error !== null && failures.has(error),
    connections: () => count,
    getConnection: callbackify(acquire),
    end: callbackify(end),
  };
}

function guardConnection(connection: PoolConnection): MysqlPoolConnection {
  const guarded = guardedQuery(connection);
  const query: GuardedQuery = (statement, parameters, callback) =>
    guarded(statement, parameters, (error, rows) => {
      if (isOfSession(error)) connection.destroy();
      callback(error, rows);
    });
  // Kysely uses these members, and no others, as long as it neither streams nor cancels.
  return {
    threadId: connection.threadId,
    config: {},
    query,
    connect: () => undefined,
    destroy: () => connection.destroy(),
    release: () => connection.release(),
  } as unknown as MysqlPoolConnection;
}
