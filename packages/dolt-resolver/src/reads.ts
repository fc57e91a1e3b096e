import { type Compiled, compilerOf } from "@gastown/sql";
import { type RawBuilder, sql } from "kysely";
import type { Connection } from "mysql2";
import { STATEMENT_LIMIT } from "./connecting.ts";
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

/** The only way to a server: what does not read is not sent, and what is not answered ends the connection. */
export async function readOver<R>(connection: Connection, { sql: statement, parameters }: Compiled<R>): Promise<R[]> {
  assertReads(statement);
  const { promise, resolve, reject } = Promise.withResolvers<R[]>();
  const timer = setTimeout(() => {
    connection.destroy();
    reject(Object.assign(new Error(`no answer within ${STATEMENT_LIMIT} ms`), { code: "ETIMEDOUT" }));
  }, STATEMENT_LIMIT);
  connection.execute({ sql: statement, values: [...parameters] as string[] }, (error, rows) => {
    clearTimeout(timer);
    if (error === null || error === undefined) resolve(rows as R[]);
    else reject(ofDriver(error));
  });
  return promise;
}

export type Row = Readonly<Record<string, unknown>>;

/** Runs one read on a server. The second argument is named in the error. */
export type Ask = (query: Compiled<Row>, database: string) => Promise<Row[]>;

/** A read without parameters, as it is. */
export function raw(statement: string): Compiled<Row> {
  return { sql: statement, parameters: [] };
}

/** A name as an identifier, whatever it is made of. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** A table of a database. */
export function tableOf(database: string, table: string): RawBuilder<unknown> {
  return sql.raw(`${quoteName(database)}.${table}`);
}

export function unionOf<R>(parts: readonly RawBuilder<unknown>[]): RawBuilder<R> {
  return sql<R>`${sql.join(parts, sql` union all `)}`;
}

let compiler: ReturnType<typeof compilerOf> | undefined;

/** A read in words that the queries of all stores have not. */
export function compiled<R>(query: RawBuilder<R>): Compiled<R> {
  const { sql: text, parameters } = query.compile((compiler ??= compilerOf("mysql")));
  return { sql: text, parameters };
}
