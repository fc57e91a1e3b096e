import { existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { WatcherError } from "@gastown/convoy-core";
import { findWatcher, neededVariables, StateDirError } from "@gastown/convoy-watcher";
import { makeDirs } from "@gastown/convoy-watcher/host";
import { VERSION } from "../version.ts";
import { whileLocked } from "./change-lock.ts";
import type { InstalledPlugin } from "./discover.ts";
import { environmentRemarks, hasVariables, isOwnEnvironment } from "./environment.ts";
import { writeFirstSettings } from "./first-settings.ts";
import { gtSees, type Seen } from "./gt-sees.ts";
import { findPlugin, loadPlugin } from "./installed.ts";
import { createMarker, type Marker, readMarker } from "./marker.ts";
import { type PluginPaths, pathsOf } from "./paths.ts";
import { pluginMd, runScript } from "./plugin-files.ts";
import { selfCommand } from "./self.ts";
import { readConfig } from "./settings.ts";
import { startHost } from "./start-host.ts";
import { chooseSupervisor, supervisors } from "./supervisors/index.ts";
import type { Service, SupervisorName } from "./supervisors/types.ts";
import { refuseOtherWatcher, rivalRemark, wholeTown } from "./town.ts";
import { createUndo, type Undo } from "./undo.ts";
import { refuseForeign, writePlugin } from "./write-plugin.ts";

export interface EnableOptions {
  readonly town: string | undefined;
  /** By default the one in use, else the best one that this machine has. */
  readonly supervisor: SupervisorName | undefined;
  readonly force: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted: undo. */
  readonly signal: AbortSignal;
}

/** What `enable` came to. */
export interface Enabled {
  readonly plugin: string;
  readonly town: string;
  readonly supervisor: SupervisorName;
  /** Whether anything had to be done. */
  readonly changed: boolean;
  readonly pid?: number;
  readonly since?: string;
  readonly gt: Seen;
  /** Lines that a person should know. */
  readonly remarks: readonly string[];
}

/**
 * Makes gt see a plugin, and has a process run it. Can be repeated; takes back what it did when a step fails.
 *
 * @throws {TownNotFoundError}
 * @throws {TownLockedError} when a watcher that is not this plugin's holds the town
 * @throws {SettingsError}
 * @throws {StateDirError} when the town cannot be written
 * @throws {HostError}
 */
export async function enable(name: string, options: EnableOptions): Promise<Enabled> {
  const town = wholeTown(options.town);
  const plugin = findPlugin(name, town);
  const paths = pathsOf(town, name);
  const loaded = await loadPlugin(plugin);
  await readConfig(loaded, paths.settings, existsSync(paths.settings) ? undefined : plugin.settings);
  const undo = createUndo();
  return whileLocked(paths, options.signal, async (made) => {
    try {
      return await change(plugin, paths, options, made, undo);
    } catch (error) {
      await undo.takeBack();
      throw asOurs(error, paths);
    }
  });
}

async function change(
  plugin: InstalledPlugin,
  paths: PluginPaths,
  options: EnableOptions,
  made: Set<string>,
  undo: Undo,
): Promise<Enabled> {
  const { env, force, signal } = options;
  undoState(paths, undo);
  const remarks: string[] = [];
  const aside = refuseForeign(paths, force, undo);
  if (aside !== undefined) remarks.push(`what was there before is in ${aside}`);
  refuseOtherWatcher(paths, plugin.name);
  const before = readMarker(paths.marker);
  const supervisor = await chooseSupervisor(options.supervisor ?? before?.supervisor, env);
  const settings = writeFirstSettings(plugin, paths, before, made, undo);
  for (const dir of makeDirs(dirname(paths.dir))) made.add(dir);
  const needed = plugin.name === "convoy-watcher" ? neededVariables(paths.town, env) : undefined;
  const environment = needed !== undefined && isOwnEnvironment(supervisor.name) ? needed : undefined;
  const marker = createMarker({
    plugin: plugin.name,
    version: VERSION,
    supervisor: supervisor.name,
    ...(settings !== undefined && { settings }),
    ...(environment !== undefined && hasVariables(environment) && { environment }),
    made: [...new Set([...(before?.made ?? []), ...[...made].map((dir) => relative(paths.town, dir))])],
  });
  const command = selfCommand();
  const written = writePlugin(paths, filesOf(plugin, paths, marker, command), undo);
  const service: Service = {
    plugin: plugin.name,
    paths,
    command: [...command, "plugins", "run", plugin.name, "--town", paths.town],
    env,
    ...(environment !== undefined && { variables: environment.plain }),
    force,
  };
  if (before !== undefined && before.supervisor !== supervisor.name)
    await supervisors[before.supervisor].remove(service);
  const { note, started } = await startHost(service, supervisor, before, signal, undo);
  const rival = rivalRemark(paths, plugin.name);
  remarks.push(...environmentRemarks(marker.environment, env));
  remarks.push(...[rival, supervisor.remark].filter((line) => line !== undefined));
  return {
    plugin: plugin.name,
    town: paths.town,
    supervisor: supervisor.name,
    changed: before === undefined || written || started,
    ...(note && { pid: note.pid, since: note.since }),
    gt: await gtSees(plugin.name, paths, env),
    remarks,
  };
}

/** Notes which files of the plugin's state are there, so that those of a process that did not come up can go. */
function undoState({ town, stateDir }: PluginPaths, undo: Undo): void {
  const there = new Set(readdirSync(stateDir));
  undo.add(() => {
    if (findWatcher(town).state === "running") return;
    for (const name of readdirSync(stateDir))
      if (!there.has(name)) rmSync(join(stateDir, name), { recursive: true, force: true });
  });
}

function filesOf(
  plugin: InstalledPlugin,
  { town }: PluginPaths,
  marker: Marker,
  command: readonly string[],
): Parameters<typeof writePlugin>[1] {
  return {
    "plugin.md": pluginMd(plugin),
    "run.sh": runScript(plugin.name, town, command),
    "config.json": `${JSON.stringify(marker, undefined, 2)}\n`,
  };
}

/** A fault of the system while writing, as a fault that says where and what to do. */
function asOurs(error: unknown, { town }: PluginPaths): unknown {
  if (error instanceof WatcherError || !(error instanceof Error) || !("syscall" in error)) return error;
  const path = "path" in error && typeof error.path === "string" ? error.path : town;
  return new StateDirError(path, error);
}
