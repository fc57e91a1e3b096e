import { watchTown } from "@gastown/convoy-watcher";
import type { WatchOptions } from "../options.ts";
import { takeSignals } from "../signals.ts";
import { createReporter, outputOf, townOptions } from "./town-options.ts";

/** Watches until a signal comes. */
export async function watchCommand(options: WatchOptions): Promise<number> {
  const output = outputOf(options);
  const report = createReporter(options, output, true);
  const stopping = takeSignals(output.err);
  try {
    await watchTown(townOptions(options, report, stopping));
    return stopping.exitCode();
  } finally {
    stopping.dispose();
  }
}
