export type { Metadata, Store } from "@gastown/town-files";
export { type ChangeFeedOptions, createChangeFeed } from "./change-feed.ts";
export {
  type Driver,
  type DriverName,
  DRIVERS,
  type OpenDatabase,
  type OpenOptions,
  type Statement,
} from "./drivers/driver.ts";
export { DriverError, loadDriver } from "./drivers/driver.ts";
export { openTown, type Place, type TownFiles, type TownOptions } from "./open-town.ts";
export type { DirectoryWatch, WatchDirectory } from "./watch-directory.ts";
