export { activityLine, type Change } from "./beads/wording.ts";
export { buildTown, openTown } from "./town/town.ts";
export { bulkTown } from "./bulk-town.ts";
export type {
  BulkOptions,
  BulkTown,
  EventRow,
  NewConvoy,
  NewIssue,
  RigOptions,
  SchemaVariant,
  Town,
  TownOptions,
  WriteOptions,
} from "./town/types.ts";
export type { BdControl, Call, Control, ControlState, Exit, GtControl, GtMode, GtPoint, Mail } from "./control.ts";
export { type GtGeneration, gtGenerations } from "./gt-generations.ts";
export { controlOf, installStandIns, shellProgram, type StandInOptions, type StandIns } from "./stand-ins.ts";
export { isAlive, tempDir, type TempDir, until, waitFor } from "./support.ts";
export { copyRecordedTown, recordedTown } from "./recorded-town.ts";
export {
  type DoltAddressCase,
  doltAddressCases,
  type ExternalRefCase,
  externalRefCases,
  gateSays,
  type MailRow,
  type MergeGateCase,
  mergeGateCases,
  type MergeGateIssue,
  type MergeGateRequest,
  type RestartCase,
  restartCases,
  type RestartRun,
  type RestartStep,
  type SqlQuotingCase,
  sqlQuotingCases,
  type ToldCase,
  toldCases,
} from "./tables.ts";
export { virtualClock, type VirtualClock } from "./virtual-clock.ts";
