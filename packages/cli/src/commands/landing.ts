import { resolve } from "node:path";
import type { Reporter } from "@gastown/convoy-core";
import { optionsOf, readSettings, type WatcherSettings, type WatchTownOptions } from "@gastown/convoy-watcher";
import { type Stopping, takeSignals } from "@gastown/host-kit";
import manifest from "../../package.json" with { type: "json" };
import type { LandingOptions } from "../options.ts";
import { type Output, safeJson } from "../output.ts";
import { createTextReporter, type TimeOption } from "../reporters/text.ts";
import { townOf } from "../town.ts";

/**
 * What `watch` and `check` have in common: flags win over the settings of the town.
 *
 * @throws {TownNotFoundError}
 * @throws {SettingsError}
 */
export function townOptions(options: LandingOptions, report: Reporter, { stop, kill }: Stopping): WatchTownOptions {
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
export function takeLeaving(say: (text: string) => void): Stopping {
  return takeSignals({ say, patience: PATIENCE, boundToOutput: true });
}

/** Tells of records: one JSON object a line, or in words. */
export function createReporter(
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
