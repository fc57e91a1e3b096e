import { createTownPlaces, type Place as AnyPlace, type TownPlaces, type TownPlacesOptions } from "@gastown/sql";
import type { DriverName } from "./driver.ts";
import { createSqliteDatabase, type SqliteDatabase } from "./sqlite-database.ts";

/** Which town to open, and how. */
export interface TownOptions extends Omit<TownPlacesOptions<SqliteDatabase>, "openSqlite"> {
  /** What opens SQLite files; better-sqlite3 by default. */
  readonly driver?: DriverName | undefined;
}

/** A place of the town that keeps issues: the town itself, or a rig. */
export type Place = AnyPlace<SqliteDatabase>;

/** The databases of a town. */
export type TownFiles = TownPlaces<SqliteDatabase>;

/** Opens nothing yet, and never throws: faults come with the reads. */
export function openTown({ driver, ...options }: TownOptions): TownFiles {
  return createTownPlaces({ ...options, openSqlite: (file) => createSqliteDatabase(file, driver) });
}
