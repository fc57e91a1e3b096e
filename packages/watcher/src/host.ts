// What programs that host the watcher share, and nobody needs who only calls it.
export { commandEnvironment } from "./tools.ts";
export { gateAdvice } from "./gate.ts";
export { gateOf } from "./gate.ts";
export { findTool } from "./tools.ts";
export type { LedgerRecord } from "./ledger.ts";
export { createLedgerReader } from "./ledger.ts";
export { lockTown, type TownLock } from "./lock.ts";
export { createLineReader } from "./line-reader.ts";
export { isObject, readObject } from "./state-dir.ts";
export { findHost, type FoundHost } from "./other-processes.ts";
export { type FollowedTown, whileFollowing } from "./databases.ts";
export { findRival } from "./other-processes.ts";
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
export { makeDirs, stateDirOf, writeAtomically } from "./state-dir.ts";
export type { WatcherStatus } from "./status.ts";
export { createStatusKeeper, type StatusKeeper } from "./status-file.ts";
export { type FileLock, takeLock } from "./lock.ts";
export { toolVersion, type ToolVersion } from "./tools.ts";
