import { resolve } from "node:path";
import { type LandStep, LONGEST_DURATION, parseDuration } from "@gastown/convoy-core";
import { type DriverName, DRIVERS } from "@gastown/sqlite-resolver";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import * as v from "valibot";
import { CommandSyntaxError } from "./errors.ts";
import { parseCommand } from "./parse-command.ts";
import { readSettingsFile } from "./settings-file.ts";
import { settingsFileOf } from "./state-dir.ts";
import type { SourceName, WatchTownOptions } from "./watch-options.ts";

/** What `<town>/settings/convoy-watcher.json` may say. What it leaves out has its default; flags win over it. */
export interface WatcherSettings {
  /** Where hints come from. */
  readonly source?: SourceName[] | undefined;
  /** Milliseconds between two sweeps. */
  readonly sweep?: number | undefined;
  /** Milliseconds for which a complete convoy is left to a live gt daemon. */
  readonly grace?: number | undefined;
  /** Which steps may be taken. */
  readonly land?: LandStep[] | undefined;
  /** Path of bd; a relative one starts at the town. */
  readonly bd?: string | undefined;
  /** Path of gt; a relative one starts at the town. */
  readonly gt?: string | undefined;
  /** What reads SQLite files. */
  readonly driver?: DriverName | undefined;
  /** What to run for each landed convoy: program and arguments. */
  readonly onLand?: readonly [string, ...string[]] | undefined;
}

const SHORTEST_SWEEP = 100;
const TIME = 'a time with its unit, such as "500ms", "30s" or "2m", of at most "24h"';

const KEYS = {
  source: listOf<SourceName>(["bd", "db"]),
  sweep: time(SHORTEST_SWEEP, `${TIME} and at least "${SHORTEST_SWEEP}ms"`),
  grace: time(0, TIME),
  land: listOf<LandStep>(["check", "close", "force"]),
  bd: path("bd"),
  gt: path("gt"),
  driver: oneOf(DRIVERS),
  onLand: command(),
};

/** The settings as a Standard Schema. Its messages say what is allowed. */
export const settingsSchema: StandardSchemaV1<unknown, WatcherSettings> = v.strictObject(
  KEYS,
  ({ expected }) => `${expected === "never" ? "no such key; " : ""}allowed: ${Object.keys(KEYS).join(", ")}`,
);

/**
 * Reads the settings of a town; without a file, all are left out.
 *
 * @throws {SettingsError} naming the key, its value, and what is allowed
 */
export function readSettings(town: string): WatcherSettings {
  return readSettingsFile(settingsFileOf(town), settingsSchema);
}

/** How to watch this town, by its settings and the defaults for what they leave out. */
export function optionsOf(
  town: string,
  { source, sweep, grace, land, bd, gt, driver, onLand }: WatcherSettings,
): Pick<WatchTownOptions, "bd" | "gt" | "driver" | "sources" | "sweepEvery" | "grace" | "steps" | "onLand"> {
  return {
    bd: bd === undefined ? undefined : resolve(town, bd),
    gt: gt === undefined ? undefined : resolve(town, gt),
    driver,
    sources: source ?? ["bd", "db"],
    sweepEvery: sweep ?? 30_000,
    grace: grace ?? 5_000,
    steps: land ?? ["check", "close", "force"],
    onLand,
  };
}

function oneOf<T extends string>(words: readonly T[]): v.GenericSchema<T | undefined, T | undefined> {
  return v.optional(v.picklist(words, `allowed: ${words.map((word) => JSON.stringify(word)).join(", ")}`));
}

function listOf<T extends string>(words: readonly T[]): v.GenericSchema<T[] | undefined, T[] | undefined> {
  const allowed = `allowed: a list of at least one of ${words.map((word) => JSON.stringify(word)).join(", ")}`;
  return v.optional(
    v.pipe(
      v.array(v.picklist(words, allowed), allowed),
      v.minLength(1, allowed),
      v.transform((chosen) => words.filter((word) => chosen.includes(word))),
    ),
  );
}

function time(least: number, what: string): v.GenericSchema<string | undefined, number | undefined> {
  const allowed = `allowed: ${what}`;
  return v.optional(
    v.pipe(
      v.string(allowed),
      v.transform((text) => parseDuration(text) ?? Number.NaN),
      v.check((ms) => ms >= least && ms <= LONGEST_DURATION, allowed),
    ),
  );
}

function path(tool: string): v.GenericSchema<string | undefined, string | undefined> {
  const allowed = `allowed: the path of ${tool}`;
  return v.optional(v.pipe(v.string(allowed), v.minLength(1, allowed)));
}

function command(): v.GenericSchema<string | string[] | undefined, readonly [string, ...string[]] | undefined> {
  const allowed = "allowed: a command, as text or as a list of words";
  const parse = (given: string | string[]): readonly [string, ...string[]] | CommandSyntaxError => {
    try {
      return parseCommand(typeof given === "string" ? given : JSON.stringify(given));
    } catch (error) {
      if (error instanceof CommandSyntaxError) return error;
      throw error;
    }
  };
  return v.optional(
    v.pipe(
      v.union([v.string(), v.array(v.string())], allowed),
      v.rawTransform(({ dataset, addIssue, NEVER }) => {
        const words = parse(dataset.value);
        if (!(words instanceof CommandSyntaxError)) return words;
        addIssue({ message: `${allowed}; ${words.message}` });
        return NEVER;
      }),
    ),
  );
}
