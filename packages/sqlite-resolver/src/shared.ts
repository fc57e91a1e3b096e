// What every resolver over SQL has in common. Nothing here loads a driver.
export { type Awaited, createAwaited } from "./awaited.ts";
export type { Metadata, Store } from "@gastown/town-files";
export {
  type ByIds,
  compileQueries,
  type ConvoyRecord,
  type Db,
  type IdList,
  type IssueRecord,
  type Queries,
  type TrackRecord,
} from "./queries.ts";
export { toConvoy, toIssue, toTrack } from "./rows.ts";
export type { BeadsSchema, DependenciesTable, EventsTable, IssuesTable, LabelsTable } from "./schema.ts";
export { type Columns, type FamilyShape, type Shape, shapeOf } from "./shape.ts";
