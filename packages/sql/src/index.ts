// What every store over SQL has in common. Nothing here loads a driver.
export {
  type Answers,
  answersBy,
  type Asking,
  exactly,
  type Question,
  toIssue,
  toOpenConvoys,
  toTrack,
} from "./answers.ts";
export { type Awaited, changesOf, createAwaited, type IssueEvent } from "./changes.ts";
export { compileQueries, type ConvoySearch, type IdList, type IssueRecord, type Queries } from "./queries.ts";
export { type ByIds, type Compiled, compilerOf } from "./query-parts.ts";
export { type BeadsSchema, type Columns, type FamilyShape, hasColumns, type Shape, shapeOf, TABLES } from "./schema.ts";
export {
  createTownPlaces,
  type FileDatabase,
  type Place,
  type TownPlaces,
  type TownPlacesOptions,
} from "./town-places.ts";
