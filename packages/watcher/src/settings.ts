import { resolve } from "node:path";
import { parseDuration } from "@gastown/convoy-core";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import * as v from "valibot";
import type { HookCommands } from "./hooks.ts";
import { readSettingsFile } from "./settings-file.ts";
import {
  allowedFor,
  allSettings,
  hookCommand,
  mostOf,
  type Setting,
  SETTINGS,
  type WatcherSettings,
} from "./settings-table.ts";
import { settingsFileOf } from "./state-dir.ts";
import type { WatchTownOptions } from "./watch-town.ts";

/** Beside the settings, a file may name its JSON Schema, for editors. */
const SCHEMA_KEY = "$schema";

const names = allSettings().map(([name]) => name);
const KEYS = Object.fromEntries(allSettings().map(([name, setting]) => [name, schemaOf(setting)]));

/** The settings as a Standard Schema. Its messages say what is allowed. */
export const settingsSchema: StandardSchemaV1<unknown, WatcherSettings> = v.pipe(
  v.strictObject(
    { [SCHEMA_KEY]: v.optional(v.string("allowed: the address of a JSON Schema")), ...KEYS },
    ({ expected }) => `${expected === "never" ? "no such key; " : ""}allowed: ${names.join(", ")}`,
  ),
  v.transform(
    (settings) =>
      Object.fromEntries(Object.entries(settings).filter(([name]) => name !== SCHEMA_KEY)) as WatcherSettings,
  ),
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
  { source, sweep, grace, tell, land, bd, gt, driver, gate, mergeStale, ...hooks }: WatcherSettings,
): Pick<
  WatchTownOptions,
  | "bd"
  | "gt"
  | "driver"
  | "sources"
  | "sweepEvery"
  | "grace"
  | "tellLimit"
  | "steps"
  | "gate"
  | "mergeStaleAfter"
  | "hooks"
> {
  return {
    bd: bd === undefined ? undefined : resolve(town, bd),
    gt: gt === undefined ? undefined : resolve(town, gt),
    driver,
    sources: source ?? [...SETTINGS.source.byDefault],
    sweepEvery: sweep ?? timeOf(SETTINGS.sweep.byDefault),
    grace: grace ?? timeOf(SETTINGS.grace.byDefault),
    tellLimit: tell ?? timeOf(SETTINGS.tell.byDefault),
    steps: land ?? [...SETTINGS.land.byDefault],
    gate: gate ?? "off",
    mergeStaleAfter: mergeStale ?? timeOf(SETTINGS.mergeStale.byDefault),
    hooks: hooksOf(hooks),
  };
}

function hooksOf({ onLand, onStuck, onClosed, onUntold, onDown }: WatcherSettings): HookCommands {
  const given = { landed: onLand, stuck: onStuck, closed: onClosed, untold: onUntold, down: onDown };
  return Object.fromEntries(Object.entries(given).filter(([, command]) => command !== undefined)) as HookCommands;
}

function timeOf(text: string): number {
  return parseDuration(text) ?? Number.NaN;
}

function schemaOf(setting: Setting): v.GenericSchema<unknown, unknown> {
  const allowed = `allowed: ${allowedFor(setting)}`;
  switch (setting.kind) {
    case "words": {
      const { words } = setting;
      return v.optional(
        v.pipe(
          v.array(v.picklist(words, allowed), allowed),
          v.minLength(1, allowed),
          v.transform((chosen) => words.filter((word) => chosen.includes(word))),
        ),
      );
    }
    case "word":
      return v.optional(v.picklist(setting.words, allowed));
    case "time":
      return v.optional(
        v.pipe(
          v.string(allowed),
          v.transform(timeOf),
          v.check((ms) => ms >= setting.least && ms <= mostOf(setting), allowed),
        ),
      );
    case "path":
      return v.optional(v.pipe(v.string(allowed), v.minLength(1, allowed)));
    default:
      return v.optional(
        v.pipe(
          v.unknown(),
          v.rawTransform(({ dataset, addIssue, NEVER }) => {
            const command = hookCommand(dataset.value);
            if (command !== undefined) return command;
            addIssue({ message: allowed });
            return NEVER;
          }),
        ),
      );
  }
}
