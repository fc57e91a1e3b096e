import { DatabaseError, type IssueDatabase, type Route } from "@gastown/convoy-core";
import type { DoltStore, Store } from "@gastown/town-files";
import type { DriverName } from "./drivers/driver.ts";
import { createSqliteDatabase, type SqliteDatabase } from "./sqlite-database.ts";

/** The databases of a town that are open: each once, however many places are kept in it. */
export interface OpenDatabases {
  sqlite(file: string): SqliteDatabase;
  /** Throws a `DatabaseError` where nothing opens such databases. */
  dolt(store: DoltStore): IssueDatabase;
  /** Notes where the issues of a route are kept now, and lets go of a file that no route is kept in any more. */
  note(route: Route, store: Store): void;
  /** Lets go of the files of all other routes. */
  keepOnly(isNamed: (route: Route) => boolean): void;
  close(): void;
}

/** How a town's databases are opened, as in `TownOptions`. */
export interface OpenDatabasesOptions {
  readonly driver?: DriverName | undefined;
  readonly openDolt?: (store: DoltStore) => IssueDatabase;
}

export function createOpenDatabases({ driver, openDolt }: OpenDatabasesOptions): OpenDatabases {
  const opened = new Map<string, SqliteDatabase>();
  const dolt = new Map<string, IssueDatabase>();
  /** The SQLite file of each route, as it last was. */
  const fileOf = new Map<Route, string>();

  const keep = (route: Route, file: string | undefined): void => {
    const before = fileOf.get(route);
    if (file === undefined) fileOf.delete(route);
    else fileOf.set(route, file);
    if (before === undefined || [...fileOf.values()].includes(before)) return;
    opened.get(before)?.close();
    opened.delete(before);
  };

  return {
    sqlite(file) {
      let database = opened.get(file);
      if (database === undefined) opened.set(file, (database = createSqliteDatabase(file, driver)));
      return database;
    },
    dolt(store) {
      const key = JSON.stringify(store);
      let database = dolt.get(key);
      if (database === undefined) {
        if (openDolt === undefined) {
          throw new DatabaseError(
            "unsupported",
            store.beadsDir,
            `${store.beadsDir} keeps its issues in Dolt, which this release cannot read; a beads.db beside it is stale`,
            "see `convoy-cli help errors`",
          );
        }
        dolt.set(key, (database = openDolt(store)));
      }
      return database;
    },
    note: (route, store) => keep(route, store.kind === "sqlite" ? store.file : undefined),
    keepOnly(isNamed) {
      for (const route of fileOf.keys()) if (!isNamed(route)) keep(route, undefined);
    },
    close() {
      for (const database of opened.values()) database.close();
      opened.clear();
      fileOf.clear();
    },
  };
}
