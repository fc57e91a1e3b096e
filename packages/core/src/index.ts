export { type ActivityEvent, type DecodedLine, decodeEvent, isReopening, mayComplete } from "./activity.ts";
export { type Backoff, backoff, LANDING_BACKOFF, STREAM_BACKOFF } from "./backoff.ts";
export {
  type AttachmentFields,
  type ConvoyFields,
  isDone,
  isSafeArgument,
  type IssueState,
  type MergeRequestFields,
  parseAttachmentFields,
  parseConvoyFields,
  parseMergeRequestFields,
  parseReference,
  parseTime,
  type Reference,
  refersTo,
  TIME_SLACK,
} from "./beads.ts";
export { type Blocker, type ConvoySnapshot, judge, type Progress, type TrackedIssue, type Verdict } from "./convoy.ts";
export { DatabaseError, type DatabaseFault, messageOf, orFault, WatcherError } from "./errors.ts";
export { gatedStore, type GateOptions } from "./gated-store.ts";
export {
  createHintChannel,
  createRequestSource,
  type HintChannel,
  hintsWhile,
  mergeChanges,
  type RequestSource,
} from "./hint-channel.ts";
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
export {
  type ActivitySource,
  type Clock,
  type CommandResult,
  type ConvoyLander,
  type ConvoyStore,
  type Gauges,
  type GtKnowledge,
  type Hint,
  type IssueChange,
  LIMITS,
  type LandSignals,
  type Message,
  type ReadOptions,
  type ReconcileOptions,
  type Rival,
  type Unfinished,
} from "./ports.ts";
export {
  type LandStep,
  type Reporter,
  type SourceState,
  type Told,
  verdictRecord,
  type WatchRecord,
} from "./records.ts";
export { parseRoutes, type RejectedRoute, type Route, routeOf, type Routes } from "./routes.ts";
export { abortedAfter } from "./run.ts";
export { LONGEST_DURATION, parseDuration, printable } from "./text.ts";
export { creatorOf, decideTold, type MessageRow, tellsOf, type ToldVerdict } from "./told.ts";
export { createTownStore, type TownStoreOptions } from "./town-store.ts";
export { openWithTracks } from "./tracking-index.ts";
export { check, type CheckResult, watch } from "./watch.ts";
export { WorkQueue } from "./work-queue.ts";
