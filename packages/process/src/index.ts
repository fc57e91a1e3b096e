export {
  endProcess,
  isAlive,
  isDenied,
  isRunning,
  linkOf,
  markOf,
  namesIn,
  otherPids,
  type ProcessMark,
  readText,
  sendSignal,
  statFields,
} from "./find-process.ts";
export { createTail, forgetOutput, type OutputPlace, readOutput, type Tail } from "./output-files.ts";
export {
  type CommandOptions,
  type CommandOutcome,
  type Exit,
  type GroupOptions,
  OUTPUT_LIMIT,
  type ProcessGroup,
  runCommand,
  startGroup,
  toolEnvironment,
} from "./run-command.ts";
