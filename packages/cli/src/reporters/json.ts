import type { Reporter } from "@gastown/convoy-core";
import type { Output } from "../output.ts";

/** One JSON object a line. */
export function createJsonReporter(output: Output): Reporter {
  return (record) => output.out(JSON.stringify({ time: new Date().toISOString(), ...record }));
}
