export { addressOf, type DatabaseAddress, type ServerAddress } from "./address.ts";
export { beadsDirOf, type DoltStore, type Metadata, readText, type Store, storeOf } from "./beads-dir.ts";
export { isGasCity, type LeftOut, leftOutHint, leftOutOf } from "./left-out.ts";
