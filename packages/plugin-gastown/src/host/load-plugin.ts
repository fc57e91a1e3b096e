import { existsSync } from "node:fs";
import { sep } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf, WatcherError } from "@gastown/convoy-core";
import { acceptSettings, isObject, parseSettingsFile, readObject } from "@gastown/convoy-watcher/host";
import type { AnyPlugin, NeededVariables } from "@gastown/plugin-api";
import { HostError } from "./errors.ts";
import { runningHost } from "./host-note.ts";
import { type InstalledPlugin, OWN_PACKAGE } from "./packages.ts";
import type { PluginPaths } from "./paths.ts";

/**
 * @throws {HostError} that names the rule which the module breaks: it cannot be loaded, has no default export that is a
 *   function, or that function gives no plugin of this version of the contract
 */
export async function loadPlugin({ name, entry, packageName, dir }: InstalledPlugin): Promise<AnyPlugin> {
  const broken = (what: string, hint: string, cause?: unknown): HostError =>
    new HostError("plugin-broken", `the plugin ${name} (${packageName}): ${what}`, hint, { cause });
  if (!existsSync(entry))
    throw broken(
      `there is no module ${entry}`,
      dir === OWN_PACKAGE
        ? "build it first: `npm run build`"
        : 'build the package, or fix "gastown": {"plugin": …} of its package.json',
    );
  if (/\.[cm]?tsx?$/.test(entry) && entry.includes(`${sep}node_modules${sep}`))
    throw broken(
      `${entry} is TypeScript, which Node does not run in node_modules`,
      'publish JavaScript: let "gastown": {"plugin": …} name what it is compiled to',
    );
  let factory: unknown;
  try {
    factory = ((await import(pathToFileURL(entry).href)) as { readonly default?: unknown }).default;
  } catch (error) {
    throw broken(`loading ${entry} failed: ${messageOf(error)}`, firstFrame(error) ?? "fix the module", error);
  }
  if (typeof factory !== "function")
    throw broken(
      `its default export is ${kindOf(factory)}, and must be a function that gives the plugin`,
      "`export default definePlugin({ name, run })`, or `export default () => ({ name, apiVersion: 1, start })`",
    );
  let plugin: Partial<AnyPlugin> | undefined;
  try {
    plugin = (factory as () => AnyPlugin)();
  } catch (error) {
    throw broken(`its factory failed: ${messageOf(error)}`, firstFrame(error) ?? "fix the module", error);
  }
  const rule = brokenRule(plugin, name);
  if (rule === undefined) return plugin as AnyPlugin;
  throw broken(rule, "its default export must give { name, apiVersion: 1, start }");
}

function brokenRule(plugin: unknown, name: string): string | undefined {
  if (!isObject(plugin)) return `its factory gives ${kindOf(plugin)}, and must give the plugin`;
  if (plugin["apiVersion"] !== 1)
    return `its apiVersion is ${JSON.stringify(plugin["apiVersion"])}; this host knows version 1`;
  if (plugin["name"] !== name)
    return `it calls itself ${JSON.stringify(plugin["name"])}, and its package.json calls it "${name}"`;
  return typeof plugin["start"] === "function" ? undefined : `its start is ${kindOf(plugin["start"])}, no function`;
}

/** What something is, for a sentence about what it should be. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (value instanceof Promise) return "a promise";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Where it was thrown, as a hint. */
function firstFrame(error: unknown): string | undefined {
  const frame = error instanceof Error ? /^ +at .*$/m.exec(error.stack ?? "")?.[0].trim() : undefined;
  return frame === undefined ? undefined : `fix the module: thrown ${frame}`;
}

/**
 * The config that a plugin gets from its settings file.
 *
 * @throws {SettingsError} naming the key, its value, and what is allowed
 */
export async function readConfig(plugin: AnyPlugin, file: string): Promise<unknown> {
  const settings = parseSettingsFile(file);
  const result = await plugin.configSchema?.["~standard"].validate(settings);
  return acceptSettings(file, settings, result ?? { value: settings });
}

/** What a plugin itself finds, before it is started or beside it. */
export interface Asked {
  readonly refuse?: Error;
  readonly remarks: readonly string[];
  readonly environment?: NeededVariables;
}

/** Asks a plugin what speaks against it here. A preflight that fails is a reason, too. */
export async function askBefore(
  plugin: AnyPlugin,
  { town, settings, note }: PluginPaths,
  env: NodeJS.ProcessEnv,
): Promise<Asked> {
  try {
    const about = { root: town, settings: readObject(settings) ?? {}, env, pid: runningHost(note)?.pid };
    const { refuse, remarks = [], environment } = (await plugin.preflight?.(about)) ?? {};
    return {
      ...(refuse !== undefined && { refuse: asFault(plugin, refuse) }),
      remarks: remarks.map(String),
      ...(environment && { environment }),
    };
  } catch (error) {
    return { refuse: asFault(plugin, error), remarks: [] };
  }
}

function asFault({ name }: AnyPlugin, error: unknown): Error {
  if (error instanceof WatcherError) return error;
  const { message, hint, exitCode } = Object(error) as Readonly<Record<string, unknown>>;
  return new HostError(
    "plugin-refuses",
    `the plugin ${name} refuses: ${typeof message === "string" ? message : String(error)}`,
    typeof hint === "string" ? hint : "fix what it says, then enable it again",
    { cause: error, ...(typeof exitCode === "number" && { exitCode }) },
  );
}
