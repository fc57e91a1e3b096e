import type { Connection } from "mysql2";
import { ofDriver } from "./faults.ts";

/** Names and texts, in whose quotes anything may stand. */
const QUOTED = /`(?:[^`]|``)*`|'(?:[^'\\]|''|\\[\s\S])*'|"(?:[^"\\]|""|\\[\s\S])*"/g;
const READS = /^\s*(?:select|show)\s/i;
/** What a SELECT could do besides reading, and what would make two statements or a comment out of one. */
const MORE = /\binto\b|\bfor\s+(?:update|share)\b|\block\s+in\b|\bcall\b|;|--|\/\*|#/i;

/**
 * Holds every statement to what a reader may send: one SELECT or SHOW that writes no file and locks no row.
 *
 * @throws {TypeError} otherwise; that is a fault of this program
 */
export function assertReads(statement: string): void {
  if (READS.test(statement) && !MORE.test(statement.replace(QUOTED, "''"))) return;
  throw new TypeError(`only SELECT and SHOW are ever sent, not: ${statement.slice(0, 80)}`);
}

/** A name as an identifier, whatever it is made of. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

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
