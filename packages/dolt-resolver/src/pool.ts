import { callbackify } from "node:util";
import type { ServerAddress } from "@gastown/town-files";
import type { MysqlPool, MysqlPoolConnection } from "kysely";
import type { ConnectionOptions, Pool, PoolConnection } from "mysql2";
import { ofDriver } from "./faults.ts";
import { guardedQuery, STATEMENT_LIMIT } from "./guarded-query.ts";

const CONNECTIONS = 2;
const FAREWELL_LIMIT = 1_000;
/** A session stays on the branch that was the default when it began, in milliseconds: for no longer than that. */
const SESSION_FOR = 60_000;

/** A pool that sends reads only, each bounded in time. */
export interface GuardedPool extends MysqlPool {
  /** Whether this error came of a connection that could not be made. */
  isConnectFailure(error: unknown): boolean;
}

/** How every connection is made. */
export function optionsOf(address: ServerAddress): ConnectionOptions {
  return {
    ...address,
    maxPreparedStatements: 256,
    connectTimeout: STATEMENT_LIMIT,
    enableKeepAlive: true,
    keepAliveInitialDelay: 10_000,
    dateStrings: true,
    flags: ["-LOCAL_FILES"],
  };
}

/**
 * The pool, before anything is connected: the driver is loaded when the first connection is asked for.
 *
 * @param now milliseconds, monotonic
 */
export function createPool(address: ServerAddress, now: () => number): GuardedPool {
  const failures = new WeakSet();
  const begun = new WeakMap<PoolConnection, number>();
  const guarded = new WeakMap<PoolConnection, MysqlPoolConnection>();
  const open = new Set<PoolConnection>();
  let pool: Promise<Pool> | undefined;

  const connect = async (): Promise<Pool> => {
    const { createPool: create } = await import("mysql2");
    const made = create({ ...optionsOf(address), connectionLimit: CONNECTIONS });
    made.on("connection", (connection) => {
      open.add(connection);
      begun.set(connection, now());
      connection.on("end", () => open.delete(connection));
    });
    return made;
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
      const made = await (pool ??= connect());
      for (;;) {
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
    const made = await pool;
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
    getConnection: callbackify(acquire),
    end: callbackify(end),
  };
}

function guardConnection(connection: PoolConnection): MysqlPoolConnection {
  // Kysely uses these members, and no others, as long as it neither streams nor cancels.
  return {
    threadId: connection.threadId,
    config: {},
    query: guardedQuery(connection),
    connect: () => undefined,
    destroy: () => connection.destroy(),
    release: () => connection.release(),
  } as unknown as MysqlPoolConnection;
}
