import type { Reporter } from "@gastown/convoy-core";
import { findTown, type WatchTownOptions } from "@gastown/convoy-watcher";
import type { LandingOptions } from "../options.ts";
import { createOutput, type Output } from "../output.ts";
import { createJsonReporter } from "../reporters/json.ts";
import { createTextReporter } from "../reporters/text.ts";
import type { Stopping } from "../signals.ts";
import { VERSION } from "../version.ts";

/** What `watch` and `check` have in common. */
export function townOptions(options: LandingOptions, report: Reporter, stopping: Stopping): WatchTownOptions {
  return {
    town: findTown({ town: options.town, cwd: process.cwd(), env: process.env }),
    version: VERSION,
    bd: options.bd,
    gt: options.gt,
    sources: [],
    sweepEvery: 30_000,
    grace: options.grace,
    steps: options.land,
    dryRun: options.dryRun === true,
    report,
    stop: stopping.stop,
    kill: stopping.kill,
  };
}

export function createReporter(options: LandingOptions, output: Output, changesOnly: boolean): Reporter {
  if (options.json) return createJsonReporter(output);
  return createTextReporter(output, { quiet: options.quiet === true, verbose: options.verbose === true, changesOnly });
}

export function outputOf(options: LandingOptions): Output {
  return createOutput(options.color);
}
