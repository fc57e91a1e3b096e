import type { Connection } from "mysql2";
import { ofDriver } from "./faults.ts";
import { assertReads } from "./statement-guard.ts";

/** How long a statement, or a connection being made, may take, in milliseconds. */
export const STATEMENT_LIMIT = 5_000;

/** Runs one read. The callback is called once: with the rows, or after that time with an error. */
export type GuardedQuery = (
  sql: string,
  parameters: readonly unknown[],
  callback: (error: unknown, rows: never) => void,
) => void;

/** The only way to a server: what does not read is not sent, and what is not answered ends the connection. */
export function guardedQuery(connection: Connection): GuardedQuery {
  return (sql, parameters, callback) => {
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
    connection.execute({ sql, values: [...parameters] as string[] }, (error, rows) =>
      end(error === null || error === undefined ? undefined : ofDriver(error), rows),
    );
  };
}
