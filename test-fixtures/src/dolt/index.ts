export { createDoltBeads, type DoltBeads, doltBeads, type DoltIssue } from "./beads.ts";
export { type ServerKind, sqlServers } from "./server.ts";
export { loadDump, loadRecordedDoltTown, recordedDoltTown } from "./town.ts";
export { type RecordedSchema, recordedTables } from "./schema.ts";
export type { DoltSchema } from "./schema.ts";
export { type SqlServer, startSqlServer } from "./server.ts";
export { installDoltStandIns } from "./town.ts";
export { buildDoltTown, type DoltTown, type DoltTownOptions } from "./town.ts";
export { type Hooks, useServer } from "./server.ts";
