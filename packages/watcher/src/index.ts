export {
  LockLostError,
  PermissionError,
  PlatformError,
  SettingsError,
  StateDirError,
  ToolNotFoundError,
  TownLockedError,
  TownNotFoundError,
} from "./errors.ts";
export { checkTown, watchTown } from "./watch-town.ts";
export type { SourceName, WatchTownOptions } from "./with-town.ts";
export { DriverError, type DriverName } from "@gastown/sqlite-resolver";
export { findTown, type TownSearch } from "./find-town.ts";
export { findWatcher, type FoundWatcher } from "./other-processes.ts";
export { issueView, type IssueView, isoTime, type UnmergedView } from "./issue-view.ts";
export { openStore, type OpenedStore } from "./databases.ts";
export {
  addressOf,
  beadsDirOf,
  credentialsFileOf,
  type DatabaseAddress,
  decidingVariables,
  freezeOf,
  isGasCity,
  isRigOfCity,
  type LeftOut,
  leftOutOf,
  type NeededVariables,
  neededVariables,
  schemaFault,
  type SetVariable,
  unreadVariables,
  type Version,
  versionFaults,
} from "@gastown/town-files";
export type { HookCommands, HookEvent } from "./hooks.ts";
export { optionsOf, readSettings, settingsSchema } from "./settings.ts";
export type { HookCommand, WatcherSettings } from "./settings-table.ts";
export { settingsFileOf } from "./state-dir.ts";
export type { WatcherStatus } from "./status.ts";
export { systemClock } from "./system-clock.ts";
