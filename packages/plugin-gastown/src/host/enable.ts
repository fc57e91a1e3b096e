import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { WatcherError } from "@gastown/convoy-core";
import { StateDirError } from "@gastown/convoy-watcher";
import { makeDirs } from "@gastown/convoy-watcher/host";
import type { NeededVariables } from "@gastown/plugin-api";
import { VERSION } from "../version.ts";
import { whileLocked } from "./change-lock.ts";
import type { InstalledPlugin } from "./discover.ts";
import { environmentRemarks, isOwnEnvironment } from "./environment.ts";
import { gtSees, type Seen } from "./gt-sees.ts";
import { lastingCommand, startHost } from "./host-process.ts";
import { findPlugin, loadPlugin } from "./installed.ts";
import { createMarker, readMarker } from "./note.ts";
import { pathsOf, type PluginPaths } from "./paths.ts";
import { pluginMd, runScript } from "./plugin-files.ts";
import { askBefore } from "./preflight.ts";
import { readConfig } from "./settings.ts";
import { chooseSupervisor, supervisors } from "./supervisors/index.ts";
import type { Service, Supervisor, SupervisorName } from "./supervisors/supervisor.ts";
import { wholeTown } from "./town.ts";
import { putForeignAside, writePlugin } from "./write-plugin.ts";

export interface EnableOptions {
  readonly town: string | undefined;
  /** By default the one in use, else the best one that this machine has. */
  readonly supervisor: SupervisorName | undefined;
  readonly force: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted: stop where it is; another `enable` goes on from there. */
  readonly signal: AbortSignal;
  /** Start the process anew, even if it runs as it should. */
  readonly restart?: boolean;
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
 * Makes gt see a plugin, and has a process run it. May be repeated: each call brings about what is missing. What speaks
 * against it is found before anything is written; what fails later is left as it is, to be seen and tried again.
 *
 * @throws {TownNotFoundError}
 * @throws {SettingsError}
 * @throws {StateDirError} when the town cannot be written
 * @throws {HostError}
 * @throws whatever the preflight of the plugin refuses with
 */
export async function enable(name: string, options: EnableOptions): Promise<Enabled> {
  const town = wholeTown(options.town);
  const plugin = findPlugin(name, town);
  const paths = pathsOf(town, name);
  const command = lastingCommand();
  const loaded = await loadPlugin(plugin);
  await readConfig(loaded, paths.settings);
  if (!options.force) putForeignAside(paths, false);
  const supervisor = await chooseSupervisor(options.supervisor ?? readMarker(paths.marker)?.supervisor, options.env);
  const { refuse, ...asked } = await askBefore(loaded, paths, options.env);
  if (refuse !== undefined) throw refuse;
  try {
    return await whileLocked(paths, options.signal, () =>
      change(plugin, paths, options, { command, supervisor, ...asked }),
    );
  } catch (error) {
    throw asOurs(error, paths);
  }
}

/** What was found out before anything was written. */
interface Chosen {
  readonly command: readonly [string, ...string[]];
  readonly supervisor: Supervisor;
  readonly remarks: readonly string[];
  readonly environment?: NeededVariables;
}

async function change(
  plugin: InstalledPlugin,
  paths: PluginPaths,
  options: EnableOptions,
  { command, supervisor, remarks: found, environment: needed }: Chosen,
): Promise<Enabled> {
  const { env, force, signal } = options;
  const aside = putForeignAside(paths, force);
  const before = readMarker(paths.marker);
  makeDirs(dirname(paths.dir));
  const environment = isOwnEnvironment(supervisor.name) ? needed : undefined;
  const isNeeded = environment !== undefined && environment.plain.length + environment.secret.length > 0;
  const marker = createMarker({
    plugin: plugin.name,
    version: VERSION,
    supervisor: supervisor.name,
    ...(isNeeded && { environment }),
  });
  const written = writePlugin(paths, {
    "plugin.md": pluginMd(plugin),
    "run.sh": runScript(plugin.name, paths.town, command),
    "config.json": `${JSON.stringify(marker, undefined, 2)}\n`,
  });
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
  const { note, started } = await startHost(service, supervisor, plugin, before, {
    signal,
    restart: options.restart ?? false,
  });
  const remarks = [
    aside === undefined ? undefined : `what was there before is in ${aside}`,
    ...(isNeeded ? environmentRemarks(environment) : []),
    ...found,
    ...(await supervisor.remarks(env)),
  ];
  return {
    plugin: plugin.name,
    town: paths.town,
    supervisor: supervisor.name,
    changed: before === undefined || written || started,
    ...(note && { pid: note.pid, since: note.since }),
    gt: await gtSees(plugin.name, paths, env),
    remarks: remarks.filter((line) => line !== undefined),
  };
}

/** Whether a plugin is enabled, whoever keeps it running. */
export function isEnabled({ marker }: PluginPaths): boolean {
  return existsSync(marker) && readMarker(marker) !== undefined;
}

/** A fault of the system while writing, as a fault that says where and what to do. */
function asOurs(error: unknown, { town }: PluginPaths): unknown {
  if (error instanceof WatcherError || !(error instanceof Error) || !("syscall" in error)) return error;
  const path = "path" in error && typeof error.path === "string" ? error.path : town;
  return new StateDirError(path, error);
}
