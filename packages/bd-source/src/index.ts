export { createLineSplitter, type LineSplitter } from "./lines.ts";
export { type Exit, type GroupOptions, type ProcessGroup, startGroup, toolEnvironment } from "./process-group.ts";
export { type CommandOptions, type CommandOutcome, runCommand } from "./run-command.ts";
export { isDenied, sendSignal } from "./send-signal.ts";
export { type BdSourceOptions, createBdSource } from "./source.ts";
