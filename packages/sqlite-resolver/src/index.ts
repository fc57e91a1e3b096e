export type { Metadata, Store } from "@gastown/town-files";
export { type ChangeFeedOptions, createChangeFeed } from "./change-feed.ts";
export {
  type Driver,
  DriverError,
  type DriverName,
  DRIVERS,
  loadDriver,
  type OpenDatabase,
  type OpenOptions,
  type Statement,
} from "./driver.ts";
export { openTown, type Place, type TownFiles, type TownOptions } from "./sqlite-database.ts";
export type { DirectoryWatch, WatchDirectory } from "./file-events.ts";
