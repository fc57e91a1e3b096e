import type { Connection } from "mysql2";
import type { Connecting } from "./connection-options.ts";
import { ofDriver } from "./faults.ts";
import { guardedQuery, STATEMENT_LIMIT } from "./guarded-query.ts";

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
  const connection: Connection = createConnection(await options());
  const end = new AbortController();
  connection.on("end", () => end.abort());
  connection.on("error", () => end.abort());
  const query = guardedQuery(connection);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  connection.connect((error) => (error === null ? resolve() : reject(ofDriver(error))));
  await promise;
  return {
    ended: end.signal,
    rows: (statement) =>
      new Promise((fulfil, fail) => {
        query(statement, [], (error, rows) => (error === null || error === undefined ? fulfil(rows) : fail(error)));
      }),
    kill(id) {
      if (!Number.isSafeInteger(id) || id <= 0) throw new RangeError(`no connection has the number ${id}`);
      return new Promise((fulfil, fail) => {
        // Not a statement that may be prepared; and not one that reads, so that it has a way of its own.
        const timer = setTimeout(() => connection.destroy(), STATEMENT_LIMIT);
        connection.query(`kill ${id}`, (error) => {
          clearTimeout(timer);
          if (error === null) fulfil();
          else fail(ofDriver(error));
        });
      });
    },
    close() {
      connection.destroy();
      end.abort();
    },
  };
}
