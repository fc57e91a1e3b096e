import { resolve } from "node:path";
import type { Reporter } from "@gastown/convoy-core";
import {
  findTown,
  optionsOf,
  readSettings,
  type WatcherSettings,
  type WatchTownOptions,
} from "@gastown/convoy-watcher";
import { parseCommand } from "@gastown/convoy-watcher/host";
import type { LandingOptions, WatchOptions } from "../options.ts";
import { createOutput, type Output } from "../output.ts";
import { createJsonReporter } from "../reporters/json.ts";
import { createTextReporter } from "../reporters/text.ts";
import type { Stopping } from "../signals.ts";
import { VERSION } from "../version.ts";

/**
 * What `watch` and `check` have in common: flags win over the settings of the town.
 *
 * @throws {TownNotFoundError}
 * @throws {SettingsError}
 * @throws {CommandSyntaxError}
 */
export function townOptions(
  options: LandingOptions | WatchOptions,
  report: Reporter,
  stopping: Stopping,
): WatchTownOptions {
  const town = findTown({ town: options.town, cwd: process.cwd(), env: process.env });
  return {
    ...optionsOf(town, { ...readSettings(town), ...flags(options) }),
    town,
    version: VERSION,
    dryRun: options.dryRun === true,
    report,
    stop: stopping.stop,
    kill: stopping.kill,
  };
}

/** The settings that were given as flags. */
function flags(options: LandingOptions & Partial<WatchOptions>): WatcherSettings {
  const { source, sweep, grace, land, bd, gt, driver, onLand, given } = options;
  const command = onLand === undefined ? undefined : parseCommand(onLand);
  const all = { source, sweep, grace, land, bd: bd && resolve(bd), gt: gt && resolve(gt), driver, onLand: command };
  return Object.fromEntries(Object.entries(all).filter(([name]) => given.has(name)));
}

export function createReporter(options: LandingOptions, output: Output, changesOnly: boolean): Reporter {
  if (options.json) return createJsonReporter(output);
  return createTextReporter(output, { quiet: options.quiet === true, verbose: options.verbose === true, changesOnly });
}

export function outputOf(options: LandingOptions): Output {
  return createOutput(options.color);
}
