export { keepHeapSmall, printFault, runCommandLine, usageFault } from "./command-line.ts";
export { guardOutput, isFull } from "./output.ts";
export { createRotatingFile, type RotatingFile, type RotatingFileOptions } from "./rotating-file.ts";
export { type Stopping, takeSignals, type TakeSignalsOptions } from "./signals.ts";
export { type Supervisor, supervisor, watchdog } from "./supervisor.ts";
