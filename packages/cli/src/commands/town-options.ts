import { resolve } from "node:path";
import type { Reporter } from "@gastown/convoy-core";
import {
  findTown,
  optionsOf,
  readSettings,
  type WatcherSettings,
  type WatchTownOptions,
} from "@gastown/convoy-watcher";
import type { LandingOptions } from "../options.ts";
import { createOutput, type Output } from "../output.ts";
import { createJsonReporter } from "../reporters/json.ts";
import { createTextReporter, type TimeOption } from "../reporters/text.ts";
import type { Stopping } from "../signals.ts";
import { VERSION } from "../version.ts";

/**
 * What `watch` and `check` have in common: flags win over the settings of the town.
 *
 * @throws {TownNotFoundError}
 * @throws {SettingsError}
 */
export function townOptions(options: LandingOptions, report: Reporter, stopping: Stopping): WatchTownOptions {
  const town = findTown({ town: options.town, cwd: process.cwd(), env: process.env });
  return {
    ...optionsOf(town, { ...readSettings(town), ...flagsOf(options) }),
    town,
    version: VERSION,
    dryRun: options.dryRun === true,
    report,
    stop: stopping.stop,
    kill: stopping.kill,
  };
}

/** Paths that were given as flags start at the working directory. */
function flagsOf({ flags }: LandingOptions): WatcherSettings {
  const { bd, gt } = flags;
  return { ...flags, ...(bd !== undefined && { bd: resolve(bd) }), ...(gt !== undefined && { gt: resolve(gt) }) };
}

export function createReporter(
  options: LandingOptions,
  output: Output,
  { changesOnly, time = "none" }: { readonly changesOnly: boolean; readonly time?: TimeOption },
): Reporter {
  if (options.json) return createJsonReporter(output);
  const { quiet = false, verbose = false } = options;
  return createTextReporter(output, { quiet, verbose, changesOnly, time });
}

export function outputOf(options: LandingOptions): Output {
  return createOutput(options.color);
}
