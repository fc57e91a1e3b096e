import { messageOf, type Reporter } from "@gastown/convoy-core";
import { systemClock, watchTown } from "@gastown/convoy-watcher";
import { createRotatingFile, keepHeapSmall, supervisor, watchdog } from "@gastown/host-kit";
import type { LandingOptions } from "../options.ts";
import { createOutput, type Output } from "../output.ts";
import { createStatusLine, hasStatusLine } from "../reporters/status-line.ts";
import type { TimeOption } from "../reporters/text.ts";
import { takeSweepRequests } from "../sweep-requests.ts";
import { createReporter, takeLeaving, townOptions } from "./landing.ts";

export interface WatchOptions extends LandingOptions {
  readonly time?: TimeOption;
  readonly logFile?: string;
}

/** A watcher that has looked at nothing for so long, beyond the time between two sweeps, hangs. In milliseconds. */
const HANGS_AFTER = 60_000;
/** A log file longer than this is put aside as `FILE.1`, in bytes. */
const LOG_CEILING = 10 * 2 ** 20;

/** Watches until a signal comes. */
export async function watchCommand(options: WatchOptions): Promise<number> {
  keepHeapSmall();
  const plain = createOutput(options.color);
  const line = hasStatusLine() && !options.json && !options.quiet ? createStatusLine(plain) : undefined;
  const output = line?.output ?? plain;
  const time = options.time ?? (process.stdout.isTTY ? "none" : "local");
  const tellers: Reporter[] = [createReporter(options, output, { changesOnly: true, time })];
  if (options.logFile !== undefined) tellers.push(logReporter(options.logFile, output));
  const stopping = takeLeaving(output.err);
  const requests = takeSweepRequests();
  const unit = supervisor();
  const report: Reporter = (record) => {
    const shown = requests.hide(record);
    if (shown === undefined) return;
    line?.note(shown);
    for (const tell of tellers) tell(shown);
    if (record.event === "watching") unit.ready();
    if (record.event === "sweep" || record.event === "source") dog.note();
  };
  const town = townOptions(options, report, stopping);
  const dog = watchdog(unit, 2 * town.sweepEvery + HANGS_AFTER, systemClock.now);
  try {
    await watchTown({ ...town, moreSources: [requests.source] });
    return stopping.exitCode();
  } finally {
    unit.stopping();
    dog.stop();
    requests.dispose();
    line?.close();
    stopping.dispose();
  }
}

/** Everything in words and dated, in a file that does not grow without end. */
function logReporter(file: string, output: Output): Reporter {
  const { append } = createRotatingFile({
    file,
    limit: LOG_CEILING,
    keep: 1,
    onFault: (error) => output.err(`Warning: the log file cannot be written: ${messageOf(error)}`),
  });
  const log: Output = { out: append, err: append, style: (_style, text) => text, columns: () => undefined };
  return createReporter({}, log, { changesOnly: true, time: "local" });
}
