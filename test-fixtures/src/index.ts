export { activityLine } from "./beads/wording.ts";
export type { Change } from "./beads/wording.ts";
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
export { shellProgram } from "./stand-ins.ts";
export { controlOf, installStandIns } from "./stand-ins.ts";
export type { StandInOptions, StandIns } from "./stand-ins.ts";
export { isAlive } from "./support.ts";
export { copyRecordedTown, recordedTown } from "./recorded-town.ts";
export {
  doltAddressCases,
  externalRefCases,
  mergeGateCases,
  restartCases,
  sqlQuotingCases,
  toldCases,
} from "./tables.ts";
export type {
  DoltAddressCase,
  ExternalRefCase,
  MailRow,
  MergeGateCase,
  MergeGateIssue,
  MergeGateRequest,
  RestartCase,
  RestartRun,
  RestartStep,
  SqlQuotingCase,
  ToldCase,
} from "./tables.ts";
export { tempDir } from "./support.ts";
export type { TempDir } from "./support.ts";
export { until, waitFor } from "./support.ts";
export { virtualClock } from "./virtual-clock.ts";
export type { VirtualClock } from "./virtual-clock.ts";
