import { watchTown } from "@gastown/convoy-watcher";
import { keepHeapSmall } from "@gastown/host-kit";
import type { LandingOptions } from "../options.ts";
import type { TimeOption } from "../reporters/timestamp.ts";
import { takeLeaving } from "../signals.ts";
import { createStatusLine, hasStatusLine } from "../status-line/status-line.ts";
import { createReporter, outputOf, townOptions } from "./town-options.ts";

export interface WatchOptions extends LandingOptions {
  readonly time?: TimeOption;
}

/** Watches until a signal comes. */
export async function watchCommand(options: WatchOptions): Promise<number> {
  keepHeapSmall();
  const plain = outputOf(options);
  const line = hasStatusLine() && !options.json && !options.quiet ? createStatusLine(plain) : undefined;
  const output = line?.output ?? plain;
  const tell = createReporter(options, output, {
    changesOnly: true,
    time: options.time ?? (process.stdout.isTTY ? "none" : "local"),
  });
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
