import type { ServerAddress } from "@gastown/town-files";
import type { Connection } from "mysql2";
import { guardedQuery } from "./guarded-query.ts";
import { optionsOf } from "./pool.ts";

/** One connection that is nobody else's: what the server ties to a connection ends with it. */
export interface LoneConnection {
  /** Aborted once the connection has ended, however. */
  readonly ended: AbortSignal;
  /** Runs one read; rejects with what the driver says. */
  rows(statement: string): Promise<Record<string, unknown>[]>;
  close(): void;
}

/** Rejects with what the driver says. */
export async function connectAlone(address: ServerAddress): Promise<LoneConnection> {
  const { createConnection } = await import("mysql2");
  const connection: Connection = createConnection(optionsOf(address));
  const end = new AbortController();
  connection.on("end", () => end.abort());
  connection.on("error", () => end.abort());
  const query = guardedQuery(connection);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  connection.connect((error) => (error === null ? resolve() : reject(error)));
  await promise;
  return {
    ended: end.signal,
    rows: (statement) =>
      new Promise((fulfil, fail) => {
        query(statement, [], (error, rows) => (error === null || error === undefined ? fulfil(rows) : fail(error)));
      }),
    close() {
      connection.destroy();
      end.abort();
    },
  };
}
