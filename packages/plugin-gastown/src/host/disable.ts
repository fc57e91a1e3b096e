import { existsSync, lstatSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { findTown, findWatcher } from "@gastown/convoy-watcher";
import { whileLocked } from "./change-lock.ts";
import { PLUGIN_NAME } from "./discover.ts";
import { HostError } from "./errors.ts";
import { findPlugin } from "./installed.ts";
import { digestOf, readMarker } from "./marker.ts";
import { readNote } from "./note.ts";
import { type PluginPaths, pathsOf } from "./paths.ts";
import { stopHost } from "./stop-process.ts";
import { supervisors } from "./supervisors/index.ts";
import { removePlugin } from "./write-plugin.ts";

/** What `disable` came to. */
export interface Disabled {
  readonly plugin: string;
  readonly town: string;
  /** Whether anything had to be done. */
  readonly changed: boolean;
  /** The process that was stopped. */
  readonly pid?: number;
  /** What was left, and why. */
  readonly remarks: readonly string[];
}

/**
 * Stops a plugin, and removes what `enable` has written. Can be repeated. What others have written or changed stays.
 *
 * @throws {TownNotFoundError}
 * @throws {HostError} when the plugin directory is not ours
 */
export async function disable(
  name: string,
  options: { readonly town: string | undefined; readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<Disabled> {
  const town = findTown({ town: options.town, cwd: process.cwd(), env: process.env });
  const paths = pathsOf(town, name);
  // A plugin whose package is gone can still be disabled.
  if (!PLUGIN_NAME.test(name) || !existsSync(paths.marker)) findPlugin(name, town);
  const marker = readMarker(paths.marker);
  const there = lstatSync(paths.dir, { throwIfNoEntry: false }) !== undefined;
  if (there && marker === undefined)
    throw new HostError(
      "foreign-plugin",
      `${paths.dir} was not written by this program`,
      "remove it yourself, if you want it gone",
    );
  if (marker === undefined && readNote(paths.note) === undefined)
    return { plugin: name, town, changed: false, remarks: [] };

  return whileLocked(paths, options.signal, async (made) => {
    const remarks: string[] = [];
    for (const supervisor of Object.values(supervisors)) {
      if (supervisor.name === marker?.supervisor) await supervisor.remove({ plugin: name, paths, env: options.env });
    }
    const stopped = await stopHost(paths.note);
    if (there && !removePlugin(paths.dir)) remarks.push(`${paths.dir} holds files that are not ours: they stay`);
    if (marker?.settings !== undefined && digestOf(paths.settings) === marker.settings) rmSync(paths.settings);
    else if (existsSync(paths.settings)) remarks.push(`${paths.settings} has settings of yours: it stays`);
    remarks.push(...removeState(paths, name));
    for (const dir of marker?.made ?? []) made.add(join(town, dir));
    made.add(paths.stateDir);
    // Between two that change the plugin at once, who made it is not known; an empty one says nothing to anybody.
    made.add(dirname(paths.stateDir));
    return { plugin: name, town, changed: true, ...(stopped && { pid: stopped.pid }), remarks };
  });
}

/** Removes the plugin's state, the lock apart that we hold. */
function removeState({ town, stateDir, changeLock }: PluginPaths, plugin: string): string[] {
  if (plugin === "convoy-watcher" && findWatcher(town).state === "running")
    return [`a watcher that is not this plugin's is at work in ${town}: ${stateDir} stays`];
  for (const entry of readdirSync(stateDir)) {
    const file = join(stateDir, entry);
    if (file !== changeLock) rmSync(file, { recursive: true, force: true });
  }
  return [];
}
