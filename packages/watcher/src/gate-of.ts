import { type GateOptions, parseDuration } from "@gastown/convoy-core";
import { SettingsError } from "./errors.ts";
import { findWatcher } from "./find-watcher.ts";
import { parseSettingsFile } from "./settings-file.ts";
import { SETTINGS } from "./settings-table.ts";
import { settingsFileOf } from "./state-dir.ts";
import { systemClock } from "./system-clock.ts";

/**
 * The gate as who only looks should see it: as given, else as the watcher that runs has it, else as the settings of the town
 * say. Undefined when it is off. What else is wrong with the settings is told elsewhere.
 */
export function gateOf(town: string, given?: "off" | "merge"): GateOptions | undefined {
  const { gate, mergeStale } = settingsOf(town);
  const watcher = findWatcher(town);
  const running = watcher.state === "running" ? (watcher.status?.gate ?? "off") : undefined;
  if ((given ?? running ?? gate) !== "merge") return undefined;
  const text = typeof mergeStale === "string" ? mergeStale : SETTINGS.mergeStale.byDefault;
  return { staleAfter: parseDuration(text) ?? Number.POSITIVE_INFINITY, wall: systemClock.wall };
}

function settingsOf(town: string): { readonly gate?: unknown; readonly mergeStale?: unknown } {
  try {
    return parseSettingsFile(settingsFileOf(town)) as { readonly gate?: unknown; readonly mergeStale?: unknown };
  } catch (error) {
    if (error instanceof SettingsError) return {};
    throw error;
  }
}
