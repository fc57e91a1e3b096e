import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { printable, WatcherError } from "@gastown/convoy-core";
import { findTown, StateDirError, TownNotFoundError } from "@gastown/convoy-watcher";
import { makeDirs } from "@gastown/convoy-watcher/host";
import { HostError } from "./errors.ts";
import { lastingCommand, startHost } from "./host-process.ts";
import { type Asked, askBefore, loadPlugin, readConfig } from "./load-plugin.ts";
import { whileLocked } from "./locks.ts";
import { findPlugin, type InstalledPlugin, VERSION } from "./packages.ts";
import { pathsOf, type PluginPaths } from "./paths.ts";
import {
  gtSees,
  type Marker,
  pluginMd,
  putForeignAside,
  readMarker,
  runScript,
  type Seen,
  writePlugin,
} from "./plugin-dir.ts";
import { chooseSupervisor, ownOfSystem, supervisors } from "./supervisors/index.ts";
import {
  environmentRemarks,
  type Service,
  type Supervisor,
  type SupervisorName,
  type UnitFile,
} from "./supervisors/supervisor.ts";

export interface EnableOptions {
  readonly town?: string | undefined;
  /** By default the one in use, else the best one that this machine has. */
  readonly supervisor?: SupervisorName | undefined;
  readonly force?: boolean | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted: stop where it is; another `enable` goes on from there. */
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
 * Makes gt see a plugin, and has a process run it. May be repeated: each call brings about what is missing. What speaks
 * against it is found before anything is written; what fails later is left as it is, to be seen and tried again.
 *
 * @param anew start the process anew, even if it runs as it should
 * @throws {TownNotFoundError}
 * @throws {SettingsError}
 * @throws {StateDirError} when the town cannot be written
 * @throws {HostError}
 * @throws whatever the preflight of the plugin refuses with
 */
export async function enable(name: string, options: EnableOptions, anew = false): Promise<Enabled> {
  const { env, force = false, signal } = options;
  const { plugin, paths, command } = findIn(options.town, name);
  const loaded = await loadPlugin(plugin);
  await readConfig(loaded, paths.settings);
  if (!force) putForeignAside(paths, false);
  const supervisor = await chooseSupervisor(options.supervisor ?? readMarker(paths.marker)?.supervisor, env);
  const asked = await askBefore(loaded, paths, env);
  if (asked.refuse !== undefined) throw asked.refuse;
  const service = serviceOf(paths, command, { plugin: name, env, force, asked });
  try {
    return await whileLocked(paths, signal, () => change(plugin, service, supervisor, asked, { signal, anew }));
  } catch (error) {
    throw asOurs(error, paths);
  }
}

/** Has another process run a plugin that is enabled. @throws as `enable` does */
export function restart(name: string, options: EnableOptions): Promise<Enabled> {
  const paths = pathsOf(wholeTown(options.town), name);
  if (readMarker(paths.marker) !== undefined) return enable(name, options, true);
  throw new HostError("not-enabled", `${name} is not enabled in ${paths.town}`, `gastown plugins enable ${name}`);
}

/** The file that `enable` would install for a supervisor, and nothing is done: for who wants to look, or to do it by hand. */
export interface Unit extends UnitFile {
  readonly plugin: string;
  readonly town: string;
  readonly supervisor: SupervisorName;
}

/**
 * @throws {HostError} when that supervisor has no such file
 * @throws as `enable` does, but for what is in the way of this machine and town only
 */
export async function unitOf(name: string, options: Omit<EnableOptions, "signal">): Promise<Unit> {
  const { env, force = false } = options;
  const { plugin, paths, command } = findIn(options.town, name);
  const supervisor = options.supervisor === undefined ? ownOfSystem : supervisors[options.supervisor];
  if (supervisor.unitOf === undefined)
    throw new HostError(
      "no-unit",
      `the supervisor ${supervisor.name} has no unit`,
      "--supervisor systemd or --supervisor launchd",
      { exitCode: 2 },
    );
  const asked = await askBefore(await loadPlugin(plugin), paths, env);
  const service = serviceOf(paths, command, { plugin: name, env, force, asked });
  return { plugin: name, town: paths.town, supervisor: supervisor.name, ...supervisor.unitOf(service) };
}

interface Found {
  readonly plugin: InstalledPlugin;
  readonly paths: PluginPaths;
  /** Runs this command line again. */
  readonly command: Service["command"];
}

function findIn(named: string | undefined, name: string): Found {
  const town = wholeTown(named);
  return { plugin: findPlugin(name, town), paths: pathsOf(town, name), command: lastingCommand() };
}

/**
 * The town that is meant, as gt would have it: with a `mayor/town.json`.
 *
 * @throws {TownNotFoundError}
 */
function wholeTown(named: string | undefined): string {
  const town = findTown({ town: named, cwd: process.cwd(), env: process.env });
  if (statSync(join(town, "mayor", "town.json"), { throwIfNoEntry: false })?.isFile()) return town;
  throw new TownNotFoundError(
    town,
    `${town} is not a town of gt: it has no mayor/town.json`,
    "name the root of the town; `convoy-cli watch` is content with less",
  );
}

function serviceOf(
  paths: PluginPaths,
  own: Service["command"],
  { plugin, env, force, asked }: Pick<Service, "plugin" | "env" | "force"> & { readonly asked: Asked },
): Service {
  const command = [...own, "plugins", "run", plugin, "--town", paths.town] as const;
  return { plugin, paths, command, env, variables: asked.environment?.plain ?? [], force };
}

async function change(
  plugin: InstalledPlugin,
  service: Service,
  supervisor: Supervisor,
  asked: Asked,
  how: { readonly signal: AbortSignal; readonly anew: boolean },
): Promise<Enabled> {
  const { paths, env, force } = service;
  const aside = putForeignAside(paths, force);
  const before = readMarker(paths.marker);
  makeDirs(dirname(paths.dir));
  const needed = supervisor.unitOf === undefined ? undefined : asked.environment;
  const environment = needed && needed.plain.length + needed.secret.length > 0 ? needed : undefined;
  const marker: Marker = {
    managedBy: "@gastown/plugin-gastown",
    plugin: plugin.name,
    version: VERSION,
    supervisor: supervisor.name,
    ...(environment && { environment }),
  };
  const written = writePlugin(paths, {
    "plugin.md": pluginMd(plugin),
    "run.sh": runScript(plugin.name, paths.town, lastingCommand()),
    "config.json": `${JSON.stringify(marker, undefined, 2)}\n`,
  });
  if (before !== undefined && before.supervisor !== supervisor.name)
    await supervisors[before.supervisor].remove(service);
  const { note, started } = await startHost(service, supervisor, plugin, before, how);
  return {
    plugin: plugin.name,
    town: paths.town,
    supervisor: supervisor.name,
    changed: before === undefined || written || started,
    ...(note && { pid: note.pid, since: note.since }),
    gt: await gtSees(plugin.name, paths, env),
    remarks: [
      ...(aside === undefined ? [] : [`what was there before is in ${aside}`]),
      ...(environment === undefined ? [] : environmentRemarks(environment)),
      ...asked.remarks,
      ...(await supervisor.remarks(env)),
    ],
  };
}

/** A fault of the system while writing, as a fault that says where and what to do. */
function asOurs(error: unknown, { town }: PluginPaths): unknown {
  if (error instanceof WatcherError || !(error instanceof Error) || !("syscall" in error)) return error;
  const path = "path" in error && typeof error.path === "string" ? error.path : town;
  return new StateDirError(path, error);
}

export function enabledText({ plugin, town, supervisor, changed, pid, since, gt, remarks }: Enabled): string[] {
  const process = pid === undefined ? "" : `, running with pid ${pid} since ${since}`;
  const unseen = gt.seen === undefined ? "gt could not be asked" : "gt plugin list does not name it";
  return [
    `${plugin} ${changed ? "is" : "was already"} enabled in ${printable(town)} (${supervisor})${process}`,
    `  ${gt.seen === true ? "gt plugin list names it" : printable(`${unseen}: ${gt.why}`)}`,
    ...remarks.map((line) => `  ! ${printable(line)}`),
  ];
}
