import type { Reporter } from "@gastown/convoy-core";
import type { Output } from "../output.ts";
import { safeJson } from "./safe-json.ts";

/** One JSON object a line. */
export function createJsonReporter(output: Output): Reporter {
  return (record) => output.out(safeJson({ time: new Date().toISOString(), ...record }));
}
