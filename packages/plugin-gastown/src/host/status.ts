import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { messageOf, printable } from "@gastown/convoy-core";
import { findTown } from "@gastown/convoy-watcher";
import type { PluginStatus } from "@gastown/plugin-api";
import { type InstalledPlugin, PLUGIN_NAME } from "./discover.ts";
import { environmentRemarks } from "./environment.ts";
import { gtSees, type Seen } from "./gt-sees.ts";
import { runsOf } from "./host-process.ts";
import { findPlugin, installedPlugins, loadPlugin } from "./installed.ts";
import { type HostNote, readMarker, readNote, runningHost } from "./note.ts";
import { pathsOf, type PluginPaths } from "./paths.ts";
import { askBefore } from "./preflight.ts";
import { supervisors } from "./supervisors/index.ts";
import type { SupervisorName } from "./supervisors/supervisor.ts";

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
export function knownPlugins(town: string): readonly string[] {
  const enabled = entries(join(town, "plugins")).filter((name) => readMarker(pathsOf(town, name).marker) !== undefined);
  const running = entries(join(town, ".runtime")).filter((name) => runningHost(pathsOf(town, name).note) !== undefined);
  const installed = installedPlugins(town).map(({ name }) => name);
  return [...new Set([...installed, ...enabled, ...running])].toSorted();
}

function entries(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => PLUGIN_NAME.test(name));
  } catch {
    return [];
  }
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

/** The status of a plugin in lines that a person reads. */
export function statusText(one: StatusOfPlugin): string {
  const rows: [string, string][] = [
    ["enabled", one.enabled ? `yes (${one.supervisor})` : "no"],
    ["running", runningText(one)],
    ...troubleRows(one),
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

function troubleRows({ error, hint = "" }: StatusOfPlugin): [string, string][] {
  if (error === undefined) return [];
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
