import Database from "better-sqlite3";
import type { SchemaVariant } from "../town/types.ts";
import { dependencyIndexesSql, indexesSql } from "./indexes.ts";
import { tablesSql } from "./tables.ts";
import { viewsSql } from "./views.ts";

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
