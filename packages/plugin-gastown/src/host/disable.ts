import { existsSync, lstatSync, rmSync } from "node:fs";
import { printable } from "@gastown/convoy-core";
import { findTown } from "@gastown/convoy-watcher";
import { HostError } from "./errors.ts";
import { readNote } from "./host-note.ts";
import { stopHost } from "./host-process.ts";
import { askBefore, loadPlugin } from "./load-plugin.ts";
import { whileLocked } from "./locks.ts";
import { findPlugin, installedPlugins, PLUGIN_NAME } from "./packages.ts";
import { pathsOf, type PluginPaths } from "./paths.ts";
import { readMarker, removePlugin } from "./plugin-dir.ts";
import { supervisors } from "./supervisors/index.ts";

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

export interface DisableOptions {
  readonly town?: string | undefined;
  /** Remove its logs and state, too. */
  readonly purge?: boolean | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/**
 * Stops a plugin, and takes it from gt and from its supervisor. Its logs and state stay, unless they are to be purged;
 * settings always stay. May be repeated.
 *
 * @throws {TownNotFoundError}
 * @throws {HostError} when the plugin directory is not ours
 */
export async function disable(
  name: string,
  { town: named, purge = false, env, signal }: DisableOptions,
): Promise<Disabled> {
  const town = findTown({ town: named, cwd: process.cwd(), env });
  const paths = pathsOf(town, name);
  // A plugin whose package is gone can still be disabled.
  if (!PLUGIN_NAME.test(name) || !existsSync(paths.stateDir)) findPlugin(name, town);
  const marker = readMarker(paths.marker);
  const there = lstatSync(paths.dir, { throwIfNoEntry: false }) !== undefined;
  if (there && marker === undefined)
    throw new HostError(
      "foreign-plugin",
      `${paths.dir} was not written by this program`,
      "remove it yourself, if you want it gone",
    );
  const running = readNote(paths.note) !== undefined;
  if (marker === undefined && !running && !(purge && existsSync(paths.stateDir)))
    return { plugin: name, town, changed: false, remarks: [] };

  return whileLocked(paths, signal, async () => {
    const remarks: string[] = [];
    if (marker !== undefined) await supervisors[marker.supervisor].remove({ plugin: name, paths, env });
    const stopped = await stopHost(paths.note);
    if (there && !removePlugin(paths.dir)) remarks.push(`${paths.dir} holds files that are not ours: they stay`);
    const kept = purge ? await whatKeepsState(name, paths, env) : undefined;
    if (kept !== undefined) remarks.push(`${kept}: ${paths.stateDir} stays`);
    else if (purge) rmSync(paths.stateDir, { recursive: true, force: true });
    if (!purge) rmSync(paths.note, { force: true });
    if (existsSync(paths.settings)) remarks.push(`${paths.settings} has settings of yours: it stays`);
    if (!purge) remarks.push(`its log and state stay in ${paths.stateDir}: --purge removes them`);
    return { plugin: name, town, changed: true, ...(stopped && { pid: stopped.pid }), remarks };
  });
}

/** Another process may use the plugin's directory without our host, as `convoy-cli watch` does: the plugin knows. */
async function whatKeepsState(name: string, paths: PluginPaths, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const plugin = installedPlugins(paths.town).find((one) => one.name === name);
  if (plugin === undefined) return undefined;
  const { refuse } = await askBefore(await loadPlugin(plugin), paths, env);
  return refuse?.message;
}

export function disabledText({ plugin, town, changed, pid, remarks }: Disabled): string[] {
  const stopped = pid === undefined ? "" : `, and its process (pid ${pid}) stopped`;
  const what = changed ? `is disabled in ${printable(town)}${stopped}` : `was not enabled in ${printable(town)}`;
  return [`${plugin} ${what}`, ...remarks.map((line) => `  ! ${printable(line)}`)];
}
