export { endProcess, isAlive, isRunning, markOf, type ProcessMark } from "./find-process.ts";
export { forgetOutput, type OutputPlace, readOutput } from "./output-files.ts";
export { linkOf, namesIn, otherPids, readText, statFields } from "./find-process.ts";
export { type Exit, type GroupOptions, type ProcessGroup, startGroup } from "./run-command.ts";
export { type CommandOptions, type CommandOutcome, OUTPUT_LIMIT, runCommand } from "./run-command.ts";
export { isDenied, sendSignal } from "./find-process.ts";
export { createTail, type Tail } from "./output-files.ts";
export { toolEnvironment } from "./run-command.ts";
