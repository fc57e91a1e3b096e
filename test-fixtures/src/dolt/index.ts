export { createDoltBeads, type DoltBeads, doltBeads, type DoltIssue } from "./beads.ts";
export { type Hooks, type ServerKind, type SqlServer, sqlServers, startSqlServer, useServer } from "./server.ts";
export {
  buildDoltTown,
  type DoltTown,
  type DoltTownOptions,
  installDoltStandIns,
  loadDump,
  loadRecordedDoltTown,
  recordedDoltTown,
} from "./town.ts";
export { type DoltSchema, type RecordedSchema, recordedTables } from "./schema.ts";
