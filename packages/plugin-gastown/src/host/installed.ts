import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf } from "@gastown/convoy-core";
import type { AnyPlugin } from "../contract.ts";
import { discover, type InstalledPlugin } from "./discover.ts";
import { HostError } from "./errors.ts";

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

/** @throws {HostError} when its module cannot be loaded, or is no plugin of this version of the contract */
export async function loadPlugin({ name, entry, packageName }: InstalledPlugin): Promise<AnyPlugin> {
  let plugin: Partial<AnyPlugin>;
  try {
    const module = (await import(pathToFileURL(entry).href)) as { readonly default: () => AnyPlugin };
    plugin = module.default();
  } catch (error) {
    const hint =
      packageName === "@gastown/plugin-gastown" ? "build it first: `npm run build`" : `reinstall ${packageName}`;
    throw new HostError("plugin-broken", `the plugin ${name} cannot be loaded: ${messageOf(error)}`, hint, {
      cause: error,
    });
  }
  if (plugin.apiVersion === 1 && plugin.name === name && typeof plugin.start === "function") return plugin as AnyPlugin;
  throw new HostError(
    "plugin-broken",
    `${packageName} gives no plugin ${name} of version 1: name ${JSON.stringify(plugin.name)}, apiVersion ${JSON.stringify(plugin.apiVersion)}`,
    "its default export must be a function that returns one; see docs/plugins.md",
  );
}

function ownPackage(dirname = ""): string {
  return join(dirname, dirname.endsWith("dist") ? ".." : "../..");
}
