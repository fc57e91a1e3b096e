import { join } from "node:path";
import { OWN_PACKAGE } from "./installed.ts";

/** Program and first arguments that run this command line again, by absolute paths. */
export function selfCommand(): [string, ...string[]] {
  const launcher = join(OWN_PACKAGE, "bin", "gastown.js");
  return "Deno" in globalThis ? [process.execPath, "run", "-A", launcher] : [process.execPath, launcher];
}
