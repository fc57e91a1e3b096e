import { join, sep } from "node:path";
import { HostError } from "./errors.ts";
import { OWN_PACKAGE } from "./installed.ts";

/**
 * Program and first arguments that run this command line again, by absolute paths.
 *
 * @throws {HostError} when they lie where npm keeps what `npx` runs: they are gone some day, and nothing starts any more
 */
export function lastingCommand(own: string = OWN_PACKAGE): [string, ...string[]] {
  if (own.includes(`${sep}_npx${sep}`))
    throw new HostError(
      "temporary-install",
      `this gastown lies in the cache of npx (${own}), which npm clears`,
      "install it first: `npm install -g @gastown/plugin-gastown`, then `gastown plugins enable …`",
    );
  const launcher = join(own, "bin", "gastown.js");
  return "Deno" in globalThis ? [process.execPath, "run", "-A", launcher] : [process.execPath, launcher];
}
