// What every resolver over SQL has in common. Nothing here loads a driver.
export { type Awaited, createAwaited } from "./awaited.ts";
export type { Metadata, Store } from "@gastown/town-files";
export type { MailRecord, MergeRecord, MergeSourceRecord } from "./merge-queries.ts";
export {
  compileQueries,
  type ConvoyRecord,
  type IdList,
  type IssueRecord,
  type OpenTrackRecord,
  type Queries,
  type TrackRecord,
  type WholeConvoyRecord,
} from "./queries.ts";
export type { ByIds, Compiled, Db } from "./query-parts.ts";
export {
  toConvoy,
  toIssue,
  toMergeRows,
  toMergeSources,
  toMessages,
  toOpenConvoys,
  toTrack,
  toWholeConvoy,
} from "./rows.ts";
export type { BeadsSchema, DependenciesTable, EventsTable, IssuesTable, LabelsTable } from "./schema.ts";
export { type Columns, type FamilyShape, hasColumns, type Shape, shapeOf } from "./shape.ts";
