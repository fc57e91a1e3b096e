import { existsSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

type Value = SQLInputValue | undefined;

interface Options {
  readonly fileMustExist?: boolean;
  readonly readonly?: boolean;
  readonly timeout?: number;
}

/** What tests and fixtures use of better-sqlite3, on the SQLite of the runtime. */
export default class Database {
  readonly #database: DatabaseSync;

  constructor(file: string, { fileMustExist = false, readonly = false, timeout = 5_000 }: Options = {}) {
    if (fileMustExist && !existsSync(file)) throw new Error(`there is no ${file}`);
    this.#database = new DatabaseSync(file, { readOnly: readonly });
    this.#database.exec(`pragma busy_timeout = ${timeout}`);
  }

  prepare(sql: string): Statement {
    return new Statement(this.#database.prepare(sql));
  }

  exec(sql: string): this {
    this.#database.exec(sql);
    return this;
  }

  pragma(text: string): unknown[] {
    return this.#database.prepare(`pragma ${text}`).all();
  }

  transaction<T>(work: () => T): (() => T) & { immediate(): T } {
    const run = (begin: string): T => {
      this.#database.exec(begin);
      try {
        const result = work();
        this.#database.exec("commit");
        return result;
      } catch (error) {
        this.#database.exec("rollback");
        throw error;
      }
    };
    return Object.assign(() => run("begin"), { immediate: () => run("begin immediate") });
  }

  close(): void {
    this.#database.close();
  }
}

class Statement {
  readonly #statement: StatementSync;
  #pluck = false;

  constructor(statement: StatementSync) {
    this.#statement = statement;
  }

  pluck(): this {
    this.#pluck = true;
    return this;
  }

  run(...values: readonly (Value | readonly Value[])[]): unknown {
    return this.#statement.run(...bound(values));
  }

  all(...values: readonly (Value | readonly Value[])[]): unknown[] {
    return this.#statement.all(...bound(values)).map((row) => this.#shown(row));
  }

  get(...values: readonly (Value | readonly Value[])[]): unknown {
    const row = this.#statement.get(...bound(values));
    return row && this.#shown(row);
  }

  #shown(row: Record<string, unknown>): unknown {
    return this.#pluck ? Object.values(row)[0] : { ...row };
  }
}

function bound(values: readonly (Value | readonly Value[])[]): SQLInputValue[] {
  return values.flat().map((value) => value ?? null);
}
