export { endProcess, isAlive, isRunning, markOf, type ProcessMark } from "./find-process.ts";
export { forgetOutput, type OutputPlace, readOutput } from "./output-files.ts";
export { type Exit, type GroupOptions, type ProcessGroup, startGroup } from "./process-group.ts";
export { type CommandOptions, type CommandOutcome, OUTPUT_LIMIT, runCommand } from "./run-command.ts";
export { isDenied, sendSignal } from "./send-signal.ts";
export { createTail, type Tail } from "./output-files.ts";
export { toolEnvironment } from "./tool-environment.ts";
