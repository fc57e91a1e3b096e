import { acceptSettings, parseSettingsFile, readObject } from "@gastown/convoy-watcher/host";
import type { AnyPlugin } from "@gastown/plugin-api";

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
