// What every store over SQL has in common. Nothing here loads a driver.
export {
  answersBy,
  type Answers,
  type Asking,
  exactly,
  type Question,
  toIssue,
  toOpenConvoys,
  toTrack,
} from "./answers.ts";
export { type Awaited, changesOf, createAwaited, type IssueEvent } from "./changes.ts";
export type { MailRecord, MergeRecord, MergeSourceRecord } from "./merge-queries.ts";
export {
  compileQueries,
  type ConvoyRecord,
  type ConvoySearch,
  type IdList,
  type IssueRecord,
  type OpenTrackRecord,
  type Queries,
  type TrackRecord,
  type WholeConvoyRecord,
} from "./queries.ts";
export { type ByIds, type Compiled, compilerOf } from "./query-parts.ts";
export {
  type BeadsSchema,
  type Columns,
  type DependenciesTable,
  type EventsTable,
  type FamilyShape,
  hasColumns,
  type IssuesTable,
  type LabelsTable,
  type Shape,
  shapeOf,
  TABLES,
} from "./schema.ts";
export {
  createTownPlaces,
  type FileDatabase,
  type Place,
  type TownPlaces,
  type TownPlacesOptions,
} from "./town-places.ts";
