export {
  SettingsError,
  CommandSyntaxError,
  PlatformError,
  StateDirError,
  ToolNotFoundError,
  TownLockedError,
  TownNotFoundError,
} from "./errors.ts";
export { fileIdentity, findTool } from "./find-tool.ts";
export { findTown, type TownSearch } from "./find-town.ts";
export { COMMAND_TIMEOUT, createGtLander, type GtOptions } from "./gt-lander.ts";
export { lockTown, type TownLock } from "./lock.ts";
export { findRival } from "./rival.ts";
export { makeDirs, makeStateDir, stateDirOf, writeAtomically } from "./state-dir.ts";
export { findWatcher, type FoundWatcher } from "./find-watcher.ts";
export { openStore, type OpenedStore } from "./open-store.ts";
export { optionsOf, readSettings, settingsFileOf, settingsSchema, type WatcherSettings } from "./settings.ts";
export { acceptSettings, parseSettingsFile, readSettingsFile } from "./settings-file.ts";
export { createStatusKeeper, type StatusKeeper, type WatcherStatus } from "./status-file.ts";
export { type FileLock, takeLock } from "./take-lock.ts";
export { issueView, type IssueView, isoTime } from "./issue-view.ts";
export { createLandHook, type LandHook, type LandHookOptions } from "./land-hook.ts";
export { parseCommand } from "./parse-command.ts";
export { systemClock } from "./system-clock.ts";
export { commandEnvironment } from "./command-environment.ts";
export { toolVersion, type ToolVersion } from "./tool-version.ts";
export { checkTown, type SourceName, watchTown, type WatchTownOptions } from "./watch-town.ts";
