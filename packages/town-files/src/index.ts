export { addressOf, type AddressPart, type DatabaseAddress, type ServerAddress } from "./address.ts";
export { credentialsFileOf } from "./credentials.ts";
export { type Environment, type Files, systemFiles } from "./files.ts";
export { type Freeze, freezeOf } from "./freeze.ts";
export { isGasCity, isRigOfCity, type LeftOut, leftOutHint, leftOutOf } from "./left-out.ts";
export type { Metadata } from "./metadata.ts";
export { type NeededVariables, neededVariables } from "./needed-variables.ts";
export { type BeadsDir, beadsDirOf } from "./redirect.ts";
export { type DoltStore, type SqliteStore, type Store, storeOf } from "./store.ts";
export { decidingVariables, type SetVariable, unreadVariables } from "./variables.ts";
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
