import Database from "better-sqlite3";
import type { SchemaVariant } from "../town/types.ts";
import { dependencyIndexesSql, indexesSql, tablesSql, viewsSql } from "./schema.ts";

export type Db = Database.Database;
export type Row = Readonly<Record<string, string | number | null>>;

/** Opens a database as bd does for writing. */
export const openForWriting = (file: string): Db => {
  const db = new Database(file, { fileMustExist: true, timeout: 30_000 });
  db.pragma("foreign_keys = ON");
  // No test pulls the plug of the machine.
  db.pragma("synchronous = OFF");
  return db;
};

/** One transaction in a database which is opened for it and closed after it, as a `bd` command would. */
export const write = <T>(file: string, work: (db: Db) => T): T => {
  const db = openForWriting(file);
  try {
    return db.transaction(() => work(db)).immediate();
  } finally {
    db.close();
  }
};

/** A read that leaves no `-wal` and `-shm` behind, as a read-only open would. */
export const read = <T>(file: string, work: (db: Db) => T): T => {
  const db = openForWriting(file);
  try {
    db.pragma("query_only = ON");
    return work(db);
  } finally {
    db.close();
  }
};

/** Creates an empty database of the given variant; `fill` runs before the indexes are made. */
export const createDatabase = (
  file: string,
  schema: SchemaVariant,
  journal: "wal" | "delete",
  fill: (db: Db) => void,
): void => {
  const db = new Database(file);
  try {
    db.pragma("journal_mode = OFF");
    db.pragma("synchronous = OFF");
    db.transaction(() => {
      db.exec(tablesSql(schema));
      fill(db);
      if (schema !== "minimal") db.exec(indexesSql + dependencyIndexesSql + viewsSql);
    })();
    db.pragma(`journal_mode = ${journal}`);
  } finally {
    db.close();
  }
};

let last = 0n;

/** The present as bd's clock sees it: in ns, and never the same twice. */
export const nowNs = (): bigint => {
  const now = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
  last = now > last ? now : last + 1n;
  return last;
};

const pad = (value: number, width = 2): string => String(value).padStart(width, "0");

const offset = (date: Date): string => {
  const minutes = -date.getTimezoneOffset();
  if (minutes === 0) return "Z";
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
};

/** Go's RFC3339Nano in local time, as bd stores the times of issues and dependencies and prints events. */
export const localTime = (ns: bigint = nowNs()): string => {
  const date = new Date(Number(ns / 1_000_000n));
  const fraction = pad(Number(ns % 1_000_000_000n), 9).replace(/0+$/, "");
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return `${day}T${time}${fraction && `.${fraction}`}${offset(date)}`;
};

/** What `CURRENT_TIMESTAMP` gives: UTC, whole seconds. All that `events` has. */
export const utcTime = (ns: bigint = nowNs()): string =>
  new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 19).replace("T", " ");
