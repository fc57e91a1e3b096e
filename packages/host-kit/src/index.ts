export { guardOutput, isFull } from "./output.ts";
export { type Stopping, takeSignals, type TakeSignalsOptions } from "./signals.ts";
export { hushSqliteWarning } from "./hush-sqlite-warning.ts";
export { keepHeapSmall } from "./small-heap.ts";
export { createRotatingFile, type RotatingFile, type RotatingFileOptions } from "./rotating-file.ts";
export { type Supervisor, supervisor, watchdog } from "./supervisor.ts";
