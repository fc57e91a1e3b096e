export { addressOf, type AddressPart, type DatabaseAddress, type ServerAddress } from "./address.ts";
export { credentialsFileOf } from "./bd-config.ts";
export { type Environment, type Files, systemFiles } from "./files.ts";
export type { Metadata } from "./metadata.ts";
export { type Freeze, freezeOf } from "./freeze.ts";
export { type BeadsDir, beadsDirOf, isGasCity, isRigOfCity, type LeftOut, leftOutHint, leftOutOf } from "./places.ts";
export {
  decidingVariables,
  type NeededVariables,
  neededVariables,
  type SetVariable,
  unreadVariables,
} from "./variables.ts";
export { type DoltStore, type SqliteStore, type Store, storeOf } from "./store.ts";
export {
  schemaFault,
  schemaKnownTo,
  GT_STAMPS_SINCE,
  isAtLeast,
  type Version,
  VERSION_FAULTS,
  type VersionFault,
  versionFaults,
} from "./versions.ts";
