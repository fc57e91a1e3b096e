export { createLineSplitter, LINE_LIMIT, type LineSplitter } from "./lines.ts";
export { type Exit, type ProcessGroup, startGroup, toolEnvironment } from "./process-group.ts";
export { type CommandOptions, type CommandOutcome, runCommand } from "./run-command.ts";
export { type BdSourceOptions, createBdSource, HEALTHY_AFTER } from "./source.ts";
