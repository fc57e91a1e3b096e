import { acceptSettings, parseSettingsFile, readObject } from "@gastown/convoy-watcher/host";
import type { AnyPlugin } from "@gastown/plugin-api";
import { HostError } from "./errors.ts";

/**
 * The config that a plugin gets from its settings file, or from these settings in its place.
 *
 * @throws {SettingsError} naming the key, its value, and what is allowed
 */
export async function readConfig(plugin: AnyPlugin, file: string, inItsPlace?: unknown): Promise<unknown> {
  const settings = inItsPlace ?? parseSettingsFile(file);
  const result = await plugin.configSchema?.["~standard"].validate(settings);
  return acceptSettings(file, settings, result ?? { value: settings });
}

/** The settings as they are, unchecked; empty when they cannot be read. */
export function readSettingsOf(file: string): Readonly<Record<string, unknown>> {
  return readObject(file) ?? {};
}

/** A command: by `sh -c`, or program and arguments. */
export type EventCommand = string | readonly [string, ...string[]];

/**
 * What `settings/gastown.json` of a town says is to be run for each event: `onEvent`, text for a shell, or a list of
 * program and arguments.
 *
 * @throws {HostError} when it is neither
 */
export function readEventCommand(file: string): EventCommand | undefined {
  const given = readObject(file)?.["onEvent"];
  if (given === undefined || (typeof given === "string" && given !== "")) return given;
  if (Array.isArray(given) && given.length > 0 && given.every((word) => typeof word === "string"))
    return given as [string, ...string[]];
  throw new HostError(
    "settings-invalid",
    `${file}: onEvent is ${JSON.stringify(given)}`,
    'allowed: text for a shell, or a list of program and arguments, such as ["notify-send", "town"]',
  );
}
