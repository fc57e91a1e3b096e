// Warns as Node 22 does when node:sqlite is loaded, and of other things.
import { hushSqliteWarning } from "../../src/command-line.ts";

if (process.argv[2] === "hushed") hushSqliteWarning();
process.emitWarning("SQLite is an experimental feature and might change at any time", "ExperimentalWarning");
process.emitWarning("Fire is an experimental feature and might change at any time", "ExperimentalWarning");
process.emitWarning("SQLite is an experimental feature, somebody says");
process.emitWarning(new Error("the house burns"));
