import { existsSync } from "node:fs";
import { findTown, findWatcher } from "@gastown/convoy-watcher";
import { findRival } from "@gastown/convoy-watcher/host";
import { environmentRemarks } from "./environment.ts";
import { gtSees, type Seen } from "./gt-sees.ts";
import { findPlugin, installedPlugins } from "./installed.ts";
import { readMarker } from "./marker.ts";
import { type HostNote, readNote, runningHost } from "./note.ts";
import { type PluginPaths, pathsOf } from "./paths.ts";
import type { SupervisorName } from "./supervisors/types.ts";
import { rivalRemark } from "./town.ts";

/** How a plugin is doing in a town. */
export interface PluginStatus {
  readonly plugin: string;
  readonly town: string;
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
  readonly status?: Readonly<Record<string, unknown>>;
  readonly gt: Seen;
  readonly rival?: string;
  readonly remarks: readonly string[];
}

/**
 * How these plugins are doing; without a name, all that are enabled, or could be.
 *
 * @throws {TownNotFoundError}
 * @throws {HostError} when there is no such plugin
 */
export async function status(
  name: string | undefined,
  { town: named, env }: { readonly town: string | undefined; readonly env: NodeJS.ProcessEnv },
): Promise<PluginStatus[]> {
  const town = findTown({ town: named, cwd: process.cwd(), env: process.env });
  if (name !== undefined && !existsSync(pathsOf(town, name).marker)) findPlugin(name, town);
  const names = name === undefined ? installedPlugins(town).map((plugin) => plugin.name) : [name];
  return Promise.all(names.map((plugin) => statusOf(plugin, pathsOf(town, plugin), env)));
}

async function statusOf(plugin: string, paths: PluginPaths, env: NodeJS.ProcessEnv): Promise<PluginStatus> {
  const { town } = paths;
  const marker = readMarker(paths.marker);
  const host = runningHost(paths.note);
  const last = readNote(paths.note);
  const rival = plugin === "convoy-watcher" ? findRival(town)?.name : undefined;
  const remarks = [
    ...environmentRemarks(marker?.environment, env),
    rivalRemark(paths, plugin),
    otherWatcher(paths, plugin, host),
  ];
  return {
    plugin,
    town,
    enabled: marker !== undefined,
    ...(marker && { supervisor: marker.supervisor }),
    running: host?.phase === "running",
    phase: host?.phase ?? "none",
    ...(host && { pid: host.pid, since: host.since, restarts: host.restarts }),
    ...(host?.error !== undefined && { error: host.error, hint: host.hint ?? "", retryAt: host.retryAt ?? "" }),
    ...(last?.status && { status: last.status }),
    gt: await gtSees(plugin, paths, env),
    ...(rival !== undefined && { rival }),
    remarks: remarks.filter((line) => line !== undefined),
  };
}

function otherWatcher({ town }: PluginPaths, plugin: string, host: HostNote | undefined): string | undefined {
  if (plugin !== "convoy-watcher") return undefined;
  const watcher = findWatcher(town);
  if (watcher.state !== "running" || watcher.pid === host?.pid) return undefined;
  return `a watcher that is not this plugin's holds the town (pid ${watcher.pid}, since ${watcher.since})`;
}
