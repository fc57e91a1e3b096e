export { createDoltBeads, type DoltBeads, doltBeads, type DoltIssue } from "./beads.ts";
export { type ServerKind, sqlServers } from "./programs.ts";
export { loadDump, loadRecordedDoltTown, recordedDoltTown } from "./recorded.ts";
export { type RecordedSchema, recordedTables } from "./recorded-schema.ts";
export type { DoltSchema } from "./schema.ts";
export { type SqlServer, startSqlServer } from "./server.ts";
export { installDoltStandIns } from "./stand-ins.ts";
export { buildDoltTown, type DoltTown, type DoltTownOptions } from "./town.ts";
export { type Hooks, useServer } from "./use-server.ts";
