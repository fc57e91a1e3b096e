import { checkTown } from "@gastown/convoy-watcher";
import { ConvoyNotFoundError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import type { LandingOptions } from "../options.ts";
import { takeStopping } from "../signals.ts";
import { createReporter, outputOf, townOptions } from "./town-options.ts";

/** One sweep, of the whole town or of these convoys. */
export async function checkCommand(convoys: readonly string[], options: LandingOptions): Promise<number> {
  const output = outputOf(options);
  const report = createReporter(options, output, false);
  const stopping = takeStopping(output.err);
  try {
    const result = await checkTown(townOptions(options, report, stopping), convoys);
    if (result.missing.length > 0) throw new ConvoyNotFoundError(result.missing);
    if (stopping.reason() !== undefined) return stopping.exitCode();
    if (result.stuck.length > 0) return EXIT.failure;
    return options.dryRun && result.complete > 0 ? EXIT.findings : EXIT.done;
  } finally {
    stopping.dispose();
  }
}
