import { callbackify } from "node:util";
import type { MysqlPool, MysqlPoolConnection } from "kysely";
import type { Pool, PoolConnection } from "mysql2";
import type { ServerAddress } from "./address.ts";
import { assertReads } from "./statement-guard.ts";

/** How long a statement, or a connection being made, may take, in milliseconds. */
export const STATEMENT_LIMIT = 5_000;
const CONNECTIONS = 2;
const FAREWELL_LIMIT = 1_000;

/** A pool that sends reads only, each bounded in time. */
export interface GuardedPool extends MysqlPool {
  /** Whether this error came of a connection that could not be made. */
  isConnectFailure(error: unknown): boolean;
}

/** The pool, before anything is connected: the driver is loaded when the first connection is asked for. */
export function createPool(address: ServerAddress): GuardedPool {
  const failures = new WeakSet();
  const guarded = new WeakMap<PoolConnection, MysqlPoolConnection>();
  const open = new Set<PoolConnection>();
  let pool: Promise<Pool> | undefined;

  const connect = async (): Promise<Pool> => {
    const { createPool: create } = await import("mysql2");
    const made = create({
      ...address,
      connectionLimit: CONNECTIONS,
      maxPreparedStatements: 256,
      connectTimeout: STATEMENT_LIMIT,
      enableKeepAlive: true,
      keepAliveInitialDelay: 10_000,
      dateStrings: true,
      flags: ["-LOCAL_FILES"],
    });
    made.on("connection", (connection) => {
      open.add(connection);
      connection.on("end", () => open.delete(connection));
    });
    return made;
  };

  const guard = (connection: PoolConnection): MysqlPoolConnection => {
    let known = guarded.get(connection);
    if (known === undefined) guarded.set(connection, (known = guardConnection(connection)));
    return known;
  };

  const acquire = async (): Promise<MysqlPoolConnection> => {
    try {
      const made = await (pool ??= connect());
      const { promise, resolve, reject } = Promise.withResolvers<PoolConnection>();
      made.getConnection((error, connection) => (error === null ? resolve(connection) : reject(error)));
      return guard(await promise);
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
  const query = (
    sql: string,
    parameters: readonly unknown[],
    callback: (error: unknown, rows: never) => void,
  ): void => {
    assertReads(sql);
    let over = false;
    const end = (error: unknown, rows?: unknown): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      callback(error, rows as never);
    };
    const timer = setTimeout(() => {
      connection.destroy();
      end(Object.assign(new Error(`no answer within ${STATEMENT_LIMIT} ms`), { code: "ETIMEDOUT" }));
    }, STATEMENT_LIMIT);
    connection.execute({ sql, values: [...parameters] as string[] }, (error, rows) => end(error, rows));
  };
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
