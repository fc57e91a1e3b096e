import { resolve } from "node:path";
import { DatabaseError, messageOf, printable, type Reporter } from "@gastown/convoy-core";
import {
  checkTown,
  leftOutOf,
  openStore,
  optionsOf,
  readSettings,
  systemClock,
  type WatcherSettings,
  watchTown,
  type WatchTownOptions,
} from "@gastown/convoy-watcher";
import { createRotatingFile, keepHeapSmall, type Stopping, supervisor, takeSignals, watchdog } from "@gastown/host-kit";
import manifest from "../../package.json" with { type: "json" };
import { ConvoyNotFoundError, EXIT, WatcherSilentError } from "../errors.ts";
import type { LandingOptions } from "../options.ts";
import { createOutput, type Output, safeJson } from "../output.ts";
import { createStatusLine, hasStatusLine } from "../reporters/status-line.ts";
import { createTally, createTextReporter, type TimeOption } from "../reporters/text.ts";
import { askWatcher, takeSweepRequests, watcherToAsk } from "../sweep-requests.ts";
import { townOf } from "../town.ts";

/**
 * What `watch` and `check` have in common: flags win over the settings of the town.
 *
 * @throws {TownNotFoundError}
 * @throws {SettingsError}
 */
function townOptions(options: LandingOptions, report: Reporter, { stop, kill }: Stopping): WatchTownOptions {
  const town = townOf(options);
  const settings = { ...readSettings(town), ...flagsOf(options) };
  const dryRun = options.dryRun === true;
  return { ...optionsOf(town, settings), town, version: manifest.version, dryRun, report, stop, kill };
}

/** Paths that were given as flags start at the working directory. */
function flagsOf({ flags }: LandingOptions): WatcherSettings {
  const { bd, gt } = flags;
  return { ...flags, ...(bd !== undefined && { bd: resolve(bd) }), ...(gt !== undefined && { gt: resolve(gt) }) };
}

/** Milliseconds until the process ends, once the watcher is to stop: it leaves a gt under way after 10 s, and is done then. */
const PATIENCE = 15_000;

/** By signals, and by a stdout that nobody reads any more. A gt that is telling people is ended by a second signal only. */
function takeLeaving(say: (text: string) => void): Stopping {
  return takeSignals({ say, patience: PATIENCE, boundToOutput: true });
}

/** Tells of records: one JSON object a line, or in words. */
function createReporter(
  {
    json,
    quiet = false,
    verbose = false,
  }: { readonly json?: boolean; readonly quiet?: boolean; readonly verbose?: boolean },
  output: Output,
  { changesOnly, time = "none" }: { readonly changesOnly: boolean; readonly time?: TimeOption },
): Reporter {
  if (json) return (record) => output.out(safeJson({ time: new Date().toISOString(), ...record }));
  return createTextReporter(output, { quiet, verbose, changesOnly, time });
}

interface WatchOptions extends LandingOptions {
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

/** One sweep, of the whole town or of these convoys. */
export async function checkCommand(convoys: readonly string[], options: LandingOptions): Promise<number> {
  const output = createOutput(options.color);
  const tally = createTally();
  const tell = createReporter(options, output, { changesOnly: false });
  const report: Reporter = (record) => {
    tally.note(record);
    tell(record);
  };
  const stopping = takeLeaving(output.err);
  try {
    const town = townOptions(options, report, stopping);
    const watcher = options.dryRun ? undefined : watcherToAsk(town.town);
    if (watcher !== undefined) {
      if (!options.quiet) output.err(`the watcher (pid ${watcher.pid}) holds this town; asking it to sweep now`);
      const asked = await askWatcher(watcher, town, convoys, stopping.stop, report);
      if (asked.missing.length > 0) throw new ConvoyNotFoundError(asked.missing);
      if (!asked.answered && stopping.reason() === undefined) throw new WatcherSilentError(watcher.pid);
      if (!options.json && !options.quiet && asked.answered) output.out(tally.line());
      if (stopping.reason() !== undefined) return stopping.exitCode();
      return asked.stuck > 0 ? EXIT.failure : EXIT.done;
    }
    const result = await checkTown(town, convoys);
    if (result.missing.length > 0) throw new ConvoyNotFoundError(result.missing);
    if (!options.json && !options.quiet) output.out(tally.line());
    if (stopping.reason() !== undefined) return stopping.exitCode();
    if (result.stuck.length > 0) return EXIT.failure;
    if (leftOutOf(town.town).length > 0) return EXIT.findings;
    if (!options.dryRun) return EXIT.done;
    const unread = await unreadRigs(town);
    if (!options.json) for (const why of unread) output.err(printable(`not read: ${why}`, 600));
    return result.complete > 0 || unread.length > 0 ? EXIT.findings : EXIT.done;
  } finally {
    stopping.dispose();
  }
}

/** The rigs whose databases cannot be read, and why: what they keep was not looked at. */
async function unreadRigs({ town, driver }: WatchTownOptions): Promise<readonly string[]> {
  const { files, close } = openStore(town, { driver });
  try {
    const reads = files.places().map(async ({ rig, open }) => {
      try {
        await (await open()).revision();
        return [];
      } catch (error) {
        if (!(error instanceof DatabaseError)) throw error;
        return [`${rig}: ${error.message}`];
      }
    });
    return (await Promise.all(reads)).flat();
  } finally {
    close();
  }
}
