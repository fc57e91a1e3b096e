export { guardOutput, isFull } from "./guard-output.ts";
export { type Stopping, takeSignals, type TakeSignalsOptions } from "./take-signals.ts";
