import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { messageOf, parseDuration } from "@gastown/convoy-core";
import type { DriverName } from "@gastown/sqlite-resolver";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import * as v from "valibot";
import { SettingsError } from "./errors.ts";
import {
  allowedFor,
  allSettings,
  hookCommand,
  mostOf,
  type Setting,
  SETTINGS,
  type WatcherSettings,
} from "./settings-table.ts";
import { isObject, readObject, settingsFileOf } from "./state-dir.ts";
import type { TownSettings } from "./with-town.ts";

/** Beside the settings, a file may name its JSON Schema, for editors. */
const SCHEMA_KEY = "$schema";

const names = allSettings().map(([name]) => name);
const KEYS = Object.fromEntries(allSettings().map(([name, setting]) => [name, v.optional(schemaOf(setting))]));

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
  const file = settingsFileOf(town);
  const settings = parseSettingsFile(file);
  const result = settingsSchema["~standard"].validate(settings);
  return acceptSettings(file, settings, result as StandardSchemaV1.Result<WatcherSettings>);
}

/** The driver that was given, else that of the settings of a town. What else is wrong with these is told elsewhere. */
export function driverOf(town: string, given?: DriverName): DriverName | undefined {
  const named = readObject(settingsFileOf(town))?.["driver"];
  return given ?? SETTINGS.driver.words.find((name) => name === named);
}

/** How to watch this town, by its settings and the defaults for what they leave out. */
export function optionsOf(town: string, settings: WatcherSettings): TownSettings {
  const { bd, gt } = settings;
  const time = (name: "sweep" | "grace" | "tell" | "mergeStale"): number =>
    settings[name] ?? timeOf(SETTINGS[name].byDefault);
  return {
    bd: bd === undefined ? undefined : resolve(town, bd),
    gt: gt === undefined ? undefined : resolve(town, gt),
    driver: settings.driver,
    sources: settings.source ?? SETTINGS.source.byDefault,
    sweepEvery: time("sweep"),
    grace: time("grace"),
    tellLimit: time("tell"),
    steps: settings.land ?? SETTINGS.land.byDefault,
    gate: settings.gate ?? "off",
    mergeStaleAfter: time("mergeStale"),
    hooks: {
      landed: settings.onLand,
      stuck: settings.onStuck,
      closed: settings.onClosed,
      untold: settings.onUntold,
      down: settings.onDown,
    },
  };
}

function timeOf(text: string): number {
  return parseDuration(text) ?? Number.NaN;
}

function schemaOf(setting: Setting): v.GenericSchema<unknown, unknown> {
  const allowed = `allowed: ${allowedFor(setting)}`;
  switch (setting.kind) {
    case "words": {
      const { words } = setting;
      return v.pipe(
        v.array(v.picklist(words, allowed), allowed),
        v.minLength(1, allowed),
        v.transform((chosen) => words.filter((word) => chosen.includes(word))),
      );
    }
    case "word":
      return v.picklist(setting.words, allowed);
    case "time":
      return v.pipe(
        v.string(allowed),
        v.transform(timeOf),
        v.check((ms) => ms >= setting.least && ms <= mostOf(setting), allowed),
      );
    case "path":
      return v.pipe(v.string(allowed), v.minLength(1, allowed));
    default:
      return v.pipe(
        v.unknown(),
        v.rawTransform(({ dataset, addIssue, NEVER }) => {
          const command = hookCommand(dataset.value);
          if (command !== undefined) return command;
          addIssue({ message: allowed });
          return NEVER;
        }),
      );
  }
}

const SHOWN = 80;

/**
 * What a schema made of the settings in a file.
 *
 * @throws {SettingsError} naming the key, its value, and what is allowed
 */
export function acceptSettings<T>(file: string, settings: unknown, result: StandardSchemaV1.Result<T>): T {
  if (result.issues === undefined) return result.value;
  throw new SettingsError(file, result.issues.map((issue) => wrong(settings, issue)).join("; "));
}

/**
 * The JSON object in a settings file; an empty one without a file.
 *
 * @throws {SettingsError}
 */
export function parseSettingsFile(file: string): unknown {
  let text = "{}";
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      throw new SettingsError(file, `cannot be read: ${messageOf(error)}`, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new SettingsError(file, `is not JSON: ${messageOf(error)}`, error);
  }
  if (isObject(value)) return value;
  throw new SettingsError(file, `the file is ${shown(value)}; allowed: a JSON object`);
}

/** One fault in words: which key, which value, what is allowed. */
function wrong(settings: unknown, { path = [], message }: StandardSchemaV1.Issue): string {
  const keys = path.map((step) => (typeof step === "object" ? step.key : step));
  let value = settings;
  for (const key of keys) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  return `${keys.length === 0 ? "the file" : JSON.stringify(keys.join("."))} is ${shown(value)}; ${message}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/** JSON Schema of the settings file, for editors: name it as `$schema` in the file. */
export function settingsJsonSchema(): object {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:gastown:convoy-cli:settings",
    title: "Settings of the convoy watcher",
    type: "object",
    additionalProperties: false,
    properties: {
      $schema: { type: "string" },
      ...Object.fromEntries(allSettings().map(([name, setting]) => [name, propertyOf(setting)])),
    },
  };
}

function propertyOf(setting: Setting): object {
  const description = `${setting.help}. Allowed: ${allowedFor(setting)}.`;
  switch (setting.kind) {
    case "words":
      return { description, type: "array", minItems: 1, items: { enum: setting.words }, default: setting.byDefault };
    case "word":
      return { description, enum: setting.words };
    case "time":
      return { description, type: "string", pattern: "^\\d+(\\.\\d+)?(ms|s|m|h)$", default: setting.byDefault };
    case "path":
      return { description, type: "string", minLength: 1 };
    default: {
      const words = { type: "array", minItems: 1, items: { type: "string" } };
      return { description, anyOf: [{ type: "string", minLength: 1 }, words] };
    }
  }
}
