import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf } from "@gastown/convoy-core";
import { isObject } from "@gastown/convoy-watcher/host";
import type { AnyPlugin } from "@gastown/plugin-api";
import { discover, type InstalledPlugin } from "./discover.ts";
import { HostError } from "./errors.ts";

const OWN_NAME = "@gastown/plugin-gastown";

/** The package that this file is in, whether it runs from `src/host` or from `dist`. */
export const OWN_PACKAGE: string = ownPackage(import.meta.dirname);

/** The plugins that this host can run in a town: our own, those installed beside us, and those of the town. */
export function installedPlugins(town: string | undefined): InstalledPlugin[] {
  return discover([OWN_PACKAGE], [OWN_PACKAGE, ...(town === undefined ? [] : [town])]);
}

/** @throws {HostError} when no installed plugin has this name */
export function findPlugin(name: string, town: string): InstalledPlugin {
  const installed = installedPlugins(town);
  const plugin = installed.find((one) => one.name === name);
  if (plugin !== undefined) return plugin;
  throw new HostError(
    "unknown-plugin",
    `no plugin ${JSON.stringify(name)} is installed`,
    `installed: ${installed.map((one) => one.name).join(", ")}; others are npm packages with the keyword gastown-plugin, installed in the town`,
    { exitCode: 2 },
  );
}

/**
 * @throws {HostError} that names the rule which the module breaks: it cannot be loaded, has no default export that is a
 *   function, or that function gives no plugin of this version of the contract
 */
export async function loadPlugin({ name, entry, packageName }: InstalledPlugin): Promise<AnyPlugin> {
  const broken = (what: string, hint: string, cause?: unknown): HostError =>
    new HostError("plugin-broken", `the plugin ${name} (${packageName}): ${what}`, hint, { cause });
  if (!existsSync(entry))
    throw broken(
      `there is no module ${entry}`,
      packageName === OWN_NAME
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

function ownPackage(dirname = ""): string {
  return join(dirname, dirname.endsWith("dist") ? ".." : "../..");
}
