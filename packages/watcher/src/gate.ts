import { type GateOptions, parseDuration } from "@gastown/convoy-core";
import { SettingsError } from "./errors.ts";
import { findWatcher } from "./find-watcher.ts";
import { findRefineries } from "./refineries.ts";
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

/**
 * Why the gate may not hold: gt's daemon and its refinery close convoys by themselves, whether their work is merged or
 * not. Undefined when neither is seen to run.
 *
 * @param rival gt's daemon in words
 */
export function gateAdvice(town: string, rival: string | undefined): string | undefined {
  const refineries = findRefineries(town);
  const names = [
    ...(rival === undefined ? [] : [rival]),
    ...(refineries.length === 0 ? [] : [`the refinery of ${refineries.join(", ")}`]),
  ];
  if (names.length === 0) return undefined;
  return `${names.join(" and ")} ${names.length === 1 ? "closes" : "close"} convoys by ${names.length === 1 ? "itself" : "themselves"}, merged or not: the gate is only advice beside ${names.length === 1 ? "it" : "them"}`;
}
