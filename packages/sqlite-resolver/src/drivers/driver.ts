/** The programs that read SQLite files: a native package that comes with its own SQLite, or the one built into the runtime. */
export const DRIVERS = ["better-sqlite3", "node-sqlite"] as const;
/** One of `DRIVERS`. */
export type DriverName = (typeof DRIVERS)[number];

/** What opens a database when nobody says otherwise. */
export const DEFAULT_DRIVER: DriverName = "better-sqlite3";

/** A program that opens SQLite files. */
export interface Driver {
  readonly name: DriverName;
  /** Opens a file. What SQLite has against it is thrown with its own `code`, such as `SQLITE_BUSY`. */
  open(file: string, options: OpenOptions): OpenDatabase;
}

/** How a file is opened. */
export interface OpenOptions {
  /** Nothing can be written, and a missing file is not made. */
  readonly readonly: boolean;
  /** How long SQLite may wait for a lock, in milliseconds. It blocks the process. */
  readonly timeout: number;
}

/** An open file. Each call runs to its end: no cursor and no transaction is left open but by `exec("begin")`. */
export interface OpenDatabase {
  prepare<Row = unknown>(sql: string): Statement<Row>;
  exec(sql: string): void;
  close(): void;
}

/** A prepared query. An integer that no JavaScript number holds comes as the nearest one that does. */
export interface Statement<Row> {
  all(...parameters: readonly unknown[]): Row[];
  get(...parameters: readonly unknown[]): Row | undefined;
}
