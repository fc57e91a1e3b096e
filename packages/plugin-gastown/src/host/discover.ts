import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isObject, readObject } from "@gastown/convoy-watcher/host";

/** A plugin that is installed, by what its package.json says. It has not been loaded. */
export interface InstalledPlugin {
  /** `gastown.name`. */
  readonly name: string;
  readonly packageName: string;
  readonly version: string;
  readonly description: string;
  /** Directory of the package. */
  readonly dir: string;
  /** Absolute path of the module. */
  readonly entry: string;
  /** How gt is to show it: `gastown.title`, `gastown.description`, `gastown.labels`. */
  readonly gt: {
    readonly title: string | undefined;
    readonly description: string | undefined;
    readonly labels: readonly string[];
  };
}

export const PLUGIN_NAME: RegExp = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/**
 * The plugins in these packages, and in every `node_modules` from these directories upwards. Where two have one name,
 * the first is taken.
 */
export function discover(packages: readonly string[], from: readonly string[]): InstalledPlugin[] {
  const found = new Map<string, InstalledPlugin>();
  const dirs = [...packages, ...from.flatMap(upwards).flatMap((dir) => packagesIn(join(dir, "node_modules")))];
  for (const dir of new Set(dirs)) {
    const plugin = pluginIn(dir);
    if (plugin !== undefined && !found.has(plugin.name)) found.set(plugin.name, plugin);
  }
  return [...found.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function pluginIn(dir: string): InstalledPlugin | undefined {
  const manifest = readObject(join(dir, "package.json"));
  const { keywords, gastown, name, version, description } = manifest ?? {};
  if (!Array.isArray(keywords) || !keywords.includes("gastown-plugin") || !isObject(gastown)) return undefined;
  const { name: pluginName, plugin, title, description: shown, labels } = gastown;
  if (typeof pluginName !== "string" || !PLUGIN_NAME.test(pluginName) || pluginName.length > 64) return undefined;
  if (typeof plugin !== "string") return undefined;
  return {
    name: pluginName,
    packageName: text(name),
    version: text(version),
    description: text(description),
    dir,
    entry: resolve(dir, plugin),
    gt: {
      title: text(title) || undefined,
      description: text(shown) || undefined,
      labels: Array.isArray(labels) ? labels.filter((label) => typeof label === "string") : [],
    },
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function upwards(dir: string): string[] {
  return dirname(dir) === dir ? [dir] : [dir, ...upwards(dirname(dir))];
}

function packagesIn(modules: string): string[] {
  return entries(modules).flatMap((name) =>
    name.startsWith("@")
      ? entries(join(modules, name)).map((scoped) => join(modules, name, scoped))
      : [join(modules, name)],
  );
}

function entries(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => !name.startsWith("."));
  } catch {
    return [];
  }
}
