// What programs that host the watcher share, and nobody needs who only calls it.
export { commandEnvironment } from "./command-environment.ts";
export { driverOf } from "./lock.ts";
export { gateAdvice } from "./gate.ts";
export { gateOf } from "./gate.ts";
export { findTool } from "./find-tool.ts";
export type { LedgerRecord } from "./ledger.ts";
export { createLedgerReader } from "./read-ledger.ts";
export { lockTown, type TownLock } from "./lock.ts";
export { isObject, readObject } from "./state-dir.ts";
export { findHost, type FoundHost } from "./find-host.ts";
export { type FollowedTown, whileFollowing } from "./follow-town.ts";
export { findRival } from "./rival.ts";
export { acceptSettings, parseSettingsFile } from "./settings-file.ts";
export { settingsJsonSchema } from "./settings-file.ts";
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
export { createStatusKeeper, type StatusKeeper, type WatcherStatus } from "./status-file.ts";
export { type FileLock, takeLock } from "./lock.ts";
export { toolVersion, type ToolVersion } from "./find-tool.ts";
