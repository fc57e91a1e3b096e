export { beadsDirOf, type Metadata, type Store, storeOf } from "./beads-dir.ts";
export { createSqliteDatabase, type SqliteDatabase } from "./sqlite-database.ts";
export { openTown, type Place, type TownFiles, type TownOptions } from "./town-databases.ts";
export { type ChangeFeedOptions, createChangeFeed } from "./change-feed.ts";
export { type DirectoryWatch, watchDirectory, type WatchDirectory } from "./watch-directory.ts";
