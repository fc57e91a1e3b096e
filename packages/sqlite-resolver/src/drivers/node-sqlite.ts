import { resolve } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type Driver, type Statement, withSqliteCode } from "./driver.ts";

/** The SQLite that Node, Deno and Bun bring themselves: needs no native package, and on Deno neither ffi nor sys. */
export const nodeSqlite: Driver = {
  name: "node-sqlite",
  open(file, { readonly, timeout }) {
    // An absolute path: what begins with `file:` would be read as a URI, options and all.
    const database = withSqliteCode(() => new DatabaseSync(resolve(file), { readOnly: readonly }));
    const exec = (sql: string): void => withSqliteCode(() => database.exec(sql));
    try {
      // As a pragma, since the option `timeout` came with Node 22.16. Views and triggers may call nothing dangerous.
      exec(`pragma busy_timeout = ${timeout}; pragma trusted_schema = off`);
    } catch (error) {
      database.close();
      throw error;
    }
    return {
      prepare: <Row>(sql: string) => statementOf<Row>(withSqliteCode(() => database.prepare(sql))),
      exec,
      close: () => database.close(),
    };
  },
};

function statementOf<Row>(statement: StatementSync): Statement<Row> {
  return {
    all: (...parameters) => run(statement, () => statement.all(...(parameters as never[]))) as Row[],
    get: (...parameters) => run(statement, () => statement.get(...(parameters as never[]))) as Row | undefined,
  };
}

/** Integers beyond those of JavaScript are refused here, unless all come as bigints: asked for when there is one. */
function run(statement: StatementSync, query: () => unknown): unknown {
  try {
    return withSqliteCode(query);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    statement.setReadBigInts(true);
    try {
      return toNumbers(withSqliteCode(query));
    } finally {
      statement.setReadBigInts(false);
    }
  }
}

function toNumbers(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(toNumbers);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, cell]) => [name, toNumbers(cell)]));
}
