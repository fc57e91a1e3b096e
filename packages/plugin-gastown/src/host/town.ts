import { statSync } from "node:fs";
import { join } from "node:path";
import { findTown, findWatcher, TownLockedError, TownNotFoundError } from "@gastown/convoy-watcher";
import { findRival } from "@gastown/convoy-watcher/host";
import { runningHost } from "./note.ts";
import type { PluginPaths } from "./paths.ts";
import { readSettingsOf } from "./settings.ts";

/**
 * The town that is meant, as gt would have it: with a `mayor/town.json`.
 *
 * @throws {TownNotFoundError}
 */
export function wholeTown(named: string | undefined): string {
  const town = findTown({ town: named, cwd: process.cwd(), env: process.env });
  if (statSync(join(town, "mayor", "town.json"), { throwIfNoEntry: false })?.isFile()) return town;
  throw new TownNotFoundError(
    town,
    `${town} is not a town of gt: it has no mayor/town.json`,
    "name the root of the town; `convoy-cli watch` is content with less",
  );
}

/**
 * Refuses where a watcher that is not this plugin's holds the town.
 *
 * @throws {TownLockedError}
 */
export function refuseOtherWatcher({ town, note }: PluginPaths, plugin: string): void {
  if (plugin !== "convoy-watcher") return;
  const watcher = findWatcher(town);
  if (watcher.state === "running" && watcher.pid !== runningHost(note)?.pid) throw new TownLockedError(town, watcher);
}

/** What a daemon of gt means for this plugin, in a line; undefined when there is none. */
export function rivalRemark({ town, settings }: PluginPaths, plugin: string): string | undefined {
  const rival = plugin === "convoy-watcher" ? findRival(town)?.name : undefined;
  if (rival === undefined) return undefined;
  return `${rival} lands convoys here, too: each complete one is left to it for ${grace(settings)} first, so that nobody is told twice`;
}

function grace(settings: string): string {
  const given = readSettingsOf(settings)["grace"];
  return typeof given === "string" ? given : "7s";
}
