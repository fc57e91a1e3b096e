// What programs that host the watcher share, and nobody needs who only calls it.
export { commandEnvironment, findTool, toolVersion, type ToolVersion } from "./tools.ts";
export { gateAdvice, gateOf } from "./gate.ts";
export { createLedgerReader, type LedgerRecord } from "./ledger.ts";
export { type FileLock, lockTown, takeLock, type TownLock } from "./lock.ts";
export { createLineReader, isObject, makeDirs, readObject, stateDirOf, writeAtomically } from "./state-dir.ts";
export { findHost, findRival, type FoundHost } from "./other-processes.ts";
export { type FollowedTown, whileFollowing } from "./databases.ts";
export { acceptSettings, driverOf, parseSettingsFile, settingsJsonSchema } from "./settings.ts";
export {
  allowedFor,
  allSettings,
  hookFlag,
  type Setting,
  type SettingName,
  SETTINGS,
  type TimeSetting,
} from "./settings-table.ts";
export type { WatcherStatus } from "./status.ts";
export { createStatusKeeper, type StatusKeeper } from "./status-file.ts";
