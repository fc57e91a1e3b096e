import { existsSync } from "node:fs";
import { join } from "node:path";
import { messageOf, printable } from "@gastown/convoy-core";
import { findTown, TownNotFoundError } from "@gastown/convoy-watcher";
import type { PluginStatus } from "@gastown/plugin-api";
import { type HostNote, readNote, runningHost } from "./host-note.ts";
import { askBefore, loadPlugin } from "./load-plugin.ts";
import { findPlugin, type InstalledPlugin, installedPlugins, namesIn, PLUGIN_NAME, runsOf } from "./packages.ts";
import { pathsOf, type PluginPaths } from "./paths.ts";
import { gtSees, readMarker, type Seen } from "./plugin-dir.ts";
import { supervisors } from "./supervisors/index.ts";
import { environmentRemarks, type SupervisorName } from "./supervisors/supervisor.ts";

/** How a plugin is doing in a town. */
export interface StatusOfPlugin {
  readonly plugin: string;
  readonly town: string;
  /** Its package is there. */
  readonly installed: boolean;
  readonly enabled: boolean;
  readonly supervisor?: SupervisorName;
  /** The plugin is at work: its process lives, and it is neither starting nor waiting for another try. */
  readonly running: boolean;
  readonly phase: HostNote["phase"] | "none";
  readonly pid?: number;
  readonly since?: string;
  readonly restarts?: number;
  readonly error?: string;
  readonly hint?: string;
  readonly retryAt?: string;
  /** What the plugin says of itself; of one that is not running, what it said last. */
  readonly status?: PluginStatus;
  readonly gt: Seen;
  /** Where its log is. */
  readonly log: string;
  readonly remarks: readonly string[];
}

/**
 * How these plugins are doing; without a name, all that are installed, enabled or running.
 *
 * @throws {TownNotFoundError}
 * @throws {HostError} when there is no such plugin
 */
export async function status(
  name: string | undefined,
  { town: named, env }: { readonly town: string | undefined; readonly env: NodeJS.ProcessEnv },
): Promise<StatusOfPlugin[]> {
  const town = findTown({ town: named, cwd: process.cwd(), env: process.env });
  if (name !== undefined && !existsSync(pathsOf(town, name).marker)) findPlugin(name, town);
  const names = name === undefined ? knownPlugins(town) : [name];
  return Promise.all(names.map((plugin) => statusOf(plugin, pathsOf(town, plugin), env)));
}

/** The plugins that are installed, and those that were enabled or still run although their package is gone. */
function knownPlugins(town: string): readonly string[] {
  const namesOf = (dir: string): string[] => namesIn(join(town, dir)).filter((name) => PLUGIN_NAME.test(name));
  const enabled = namesOf("plugins").filter((name) => readMarker(pathsOf(town, name).marker) !== undefined);
  const running = namesOf(".runtime").filter((name) => runningHost(pathsOf(town, name).note) !== undefined);
  const installed = installedPlugins(town).map(({ name }) => name);
  return [...new Set([...installed, ...enabled, ...running])].toSorted();
}

async function statusOf(name: string, paths: PluginPaths, env: NodeJS.ProcessEnv): Promise<StatusOfPlugin> {
  const { town } = paths;
  const marker = readMarker(paths.marker);
  const host = runningHost(paths.note);
  const last = readNote(paths.note);
  const plugin = installedPlugins(town).find((one) => one.name === name);
  const remarks = [
    ...(marker?.environment === undefined ? [] : environmentRemarks(marker.environment)),
    ...(plugin === undefined ? ["its package is not installed any more: install it again, or disable it"] : []),
    ...(plugin !== undefined && host?.runs !== undefined && host.runs !== runsOf(plugin)
      ? [`it runs ${host.runs.split(" ")[0]}, and ${plugin.version} is installed: \`gastown plugins restart ${name}\``]
      : []),
    ...(plugin !== undefined && (marker !== undefined || host !== undefined)
      ? await remarksOf(plugin, paths, env)
      : []),
    ...(marker === undefined ? [] : await supervisors[marker.supervisor].remarks(env)),
    ...((host && last?.status?.remarks) ?? []),
  ];
  return {
    plugin: name,
    town,
    installed: plugin !== undefined,
    enabled: marker !== undefined,
    ...(marker && { supervisor: marker.supervisor }),
    running: host?.phase === "running",
    phase: host?.phase ?? "none",
    ...(host && { pid: host.pid, since: host.since, restarts: host.restarts }),
    ...(host?.error !== undefined && { error: host.error, hint: host.hint ?? "", retryAt: host.retryAt ?? "" }),
    ...(last?.status && { status: last.status }),
    gt: await gtSees(name, paths, env),
    log: paths.log,
    remarks,
  };
}

/** What the plugin itself has to say of the town. One that cannot be loaded says that. */
async function remarksOf(
  plugin: InstalledPlugin,
  paths: PluginPaths,
  env: NodeJS.ProcessEnv,
): Promise<readonly string[]> {
  try {
    const { refuse, remarks } = await askBefore(await loadPlugin(plugin), paths, env);
    return [...(refuse === undefined ? [] : [refuse.message]), ...remarks];
  } catch (error) {
    return [messageOf(error)];
  }
}

/** Whether there are any, and all run; with `strictly`, also without a remark. */
export function areWell(all: readonly StatusOfPlugin[], strictly: boolean): boolean {
  return all.length > 0 && all.every(({ running, remarks }) => running && !(strictly && remarks.length > 0));
}

/** Those that were asked for, and the names of the others, in lines that a person reads. */
export function statusesText(all: readonly StatusOfPlugin[], asked: readonly StatusOfPlugin[]): string[] {
  const others = all.filter((one) => !asked.includes(one)).map((one) => one.plugin);
  const blocks = asked.map(statusText);
  if (others.length > 0) blocks.push(`not enabled: ${others.join(", ")}`);
  return blocks.length === 0 ? [] : [blocks.join("\n\n")];
}

function statusText(one: StatusOfPlugin): string {
  const rows: [string, string][] = [
    ["enabled", one.enabled ? `yes (${one.supervisor})` : "no"],
    ["running", runningText(one)],
    ...(one.error === undefined ? [] : troubleRows(one.error, one.hint)),
    ...ownRows(one),
    ["seen by gt", seenText(one)],
    ["log", printable(one.log)],
  ];
  const width = Math.max(14, ...rows.map(([name]) => name.length + 2));
  const lines = rows.map(([name, value]) => `  ${`${name}:`.padEnd(width)}${value}`);
  return [
    `${one.plugin} in ${printable(one.town)}`,
    ...lines,
    ...one.remarks.map((line) => `  ! ${printable(line)}`),
  ].join("\n");
}

function troubleRows(error: string, hint = ""): [string, string][] {
  return [
    ["why not", printable(error)],
    ["hint", printable(hint)],
  ];
}

function seenText({ gt: { seen, why = "" } }: StatusOfPlugin): string {
  if (seen === true) return "yes";
  return `${seen === undefined ? "not known" : "no"}: ${printable(why)}`;
}

function runningText({ phase, pid, since, restarts = 0, retryAt }: StatusOfPlugin): string {
  if (phase === "none" || phase === "stopped") return "no";
  const who = `pid ${pid}, since ${since}${restarts > 0 ? `, restarted ${restarts} times` : ""}`;
  if (phase === "running") return `yes (${who})`;
  return phase === "waiting" ? `not now: next try at ${retryAt} (${who})` : `starting (${who})`;
}

/** What the plugin says of itself: in its own lines if it has any, else as it is. */
function ownRows({ status: own, running }: StatusOfPlugin): [string, string][] {
  if (own === undefined) return [];
  const { summary } = own;
  if (summary === undefined) return [["status", printable(JSON.stringify(own), 1_000)]];
  const rows = Object.entries(summary).map(([name, text]): [string, string] => [
    printable(name, 40),
    printable(text, 1_000),
  ]);
  return running ? rows : [["it said last", ""], ...rows];
}

/** A plugin in the list: what its package says, without loading it, and whether it is enabled in the town. */
export interface Listed extends Pick<Partial<StatusOfPlugin>, "enabled" | "running"> {
  readonly name: string;
  readonly package: string | null;
  readonly version: string | null;
  readonly description: string | null;
  readonly dir: string | null;
  readonly installed: boolean;
}

/**
 * The plugins that are installed, and those of the town whose package is gone; it can do without a town.
 *
 * @throws {TownNotFoundError} when the one that is named is none
 */
export function list(named: string | undefined): { readonly town: string | null; readonly plugins: readonly Listed[] } {
  const town = townAround(named);
  const installed = installedPlugins(town);
  const listed = (name: string, plugin?: InstalledPlugin): Listed => {
    const paths = town === undefined ? undefined : pathsOf(town, name);
    return {
      name,
      package: plugin?.packageName ?? null,
      version: plugin?.version ?? null,
      description: plugin?.description ?? null,
      dir: plugin?.dir ?? null,
      installed: plugin !== undefined,
      ...(paths && {
        enabled: readMarker(paths.marker) !== undefined,
        running: runningHost(paths.note)?.phase === "running",
      }),
    };
  };
  const known = town === undefined ? [] : knownPlugins(town);
  const gone = known.filter((name) => !installed.some((one) => one.name === name));
  return {
    town: town ?? null,
    plugins: [...installed.map((one) => listed(one.name, one)), ...gone.map((name) => listed(name))],
  };
}

function townAround(named: string | undefined): string | undefined {
  try {
    return findTown({ town: named, cwd: process.cwd(), env: process.env });
  } catch (error) {
    if (named === undefined && error instanceof TownNotFoundError) return undefined;
    throw error;
  }
}

export function listText({ name, package: from, version, description, enabled, running }: Listed): string {
  const state = enabled === undefined ? "" : ` [${enabled ? "enabled" : "not enabled"}${running ? ", running" : ""}]`;
  const what =
    from === null
      ? "its package is not installed any more"
      : `${printable(description ?? "")} (${printable(from)} ${printable(version ?? "")})`;
  return `${name}${state}\n  ${what}`;
}
