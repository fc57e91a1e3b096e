export { backoff, type Backoff, LANDING_BACKOFF, STREAM_BACKOFF } from "./backoff.ts";
export { check, type CheckResult } from "./check.ts";
export type { ConvoySnapshot, TrackedIssue } from "./convoy.ts";
export { type ActivityEvent, type DecodedLine, decodeEvent, isReopening, mayComplete } from "./activity.ts";
export { LONGEST_DURATION, parseDuration } from "./text.ts";
export {
  type AttachmentFields,
  type ConvoyFields,
  type MergeRequestFields,
  parseAttachmentFields,
  parseConvoyFields,
  parseMergeRequestFields,
} from "./beads.ts";
export { DatabaseError, type DatabaseFault, messageOf, WatcherError } from "./errors.ts";
export { createHintChannel, type HintChannel, hintsWhile, mergeChanges } from "./hint-channel.ts";
export { type GateOptions, gatedStore } from "./gated-store.ts";
export type { Gauges } from "./run.ts";
export type {
  ConvoyRow,
  GoneIssue,
  Home,
  IssueDatabase,
  IssueRow,
  MergedIssueRow,
  MergeRequestRow,
  MergeRows,
  OpenConvoys,
  OwnOpening,
  TownDatabases,
  TrackRow,
} from "./issue-database.ts";
export {
  decideMerge,
  type MergeRequest,
  type MergeRequests,
  type MergeVerdict,
  type Unmerged,
  WAITING_LABELS,
} from "./merge-gate.ts";
export { judge, type Progress, type Verdict } from "./convoy.ts";
export type {
  ActivitySource,
  Clock,
  CommandResult,
  ConvoyLander,
  ConvoyStore,
  GtKnowledge,
  Hint,
  IssueChange,
  LandSignals,
  LandStep,
  Message,
  ReadOptions,
  Reporter,
  Rival,
  Unfinished,
} from "./ports.ts";
export { printable } from "./text.ts";
export { watch } from "./watch.ts";
export type { Blocker, SourceState, WatchRecord } from "./records.ts";
export { isSafeArgument, parseReference, type Reference, refersTo } from "./beads.ts";
export { parseRoutes, type RejectedRoute, type Route, routeOf, type Routes } from "./routes.ts";
export type { ReconcileOptions } from "./run.ts";
export { isDone, type IssueState } from "./beads.ts";
export { parseTime } from "./beads.ts";
export { creatorOf, decideTold, type MessageRow, tellsOf, type Told, type ToldVerdict } from "./told.ts";
export { createTownStore, type TownStoreOptions } from "./town-store.ts";
export { openWithTracks } from "./tracking-index.ts";
export { verdictRecord } from "./words.ts";
export { WorkQueue } from "./work-queue.ts";
