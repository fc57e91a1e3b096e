import { watchTown } from "@gastown/convoy-watcher";
import { keepHeapSmall } from "@gastown/host-kit";
import type { LandingOptions } from "../options.ts";
import { takeLeaving } from "../signals.ts";
import { createStatusLine, hasStatusLine } from "../status-line/status-line.ts";
import { createReporter, outputOf, townOptions } from "./town-options.ts";

/** Watches until a signal comes. */
export async function watchCommand(options: LandingOptions): Promise<number> {
  keepHeapSmall();
  const plain = outputOf(options);
  const line = hasStatusLine() && !options.json && !options.quiet ? createStatusLine(plain) : undefined;
  const output = line?.output ?? plain;
  const tell = createReporter(options, output, true);
  const stopping = takeLeaving(output.err);
  try {
    await watchTown(
      townOptions(
        options,
        (record) => {
          line?.note(record);
          tell(record);
        },
        stopping,
      ),
    );
    return stopping.exitCode();
  } finally {
    line?.close();
    stopping.dispose();
  }
}
