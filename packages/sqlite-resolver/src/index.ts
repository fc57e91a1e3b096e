export { beadsDirOf, type Metadata, type Store, storeOf } from "./beads-dir.ts";
export { createSqliteDatabase, type SqliteDatabase } from "./sqlite-database.ts";
export { openTown, type Place, type TownFiles, type TownOptions } from "./town-databases.ts";
