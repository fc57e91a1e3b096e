export { addressOf, type AddressPart, type DatabaseAddress, type ServerAddress } from "./address.ts";
export { credentialsFileOf } from "./credentials.ts";
export { type Environment, type Files, systemFiles } from "./files.ts";
export type { Metadata } from "./metadata.ts";
export { type BeadsDir, beadsDirOf } from "./redirect.ts";
export { type DoltStore, type SqliteStore, type Store, storeOf } from "./store.ts";
export { isGasCity, type LeftOut, leftOutHint, leftOutOf } from "./left-out.ts";
