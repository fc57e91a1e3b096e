import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isObject } from "@gastown/convoy-watcher/host";
import { namesIn as allNamesIn } from "@gastown/process";
import manifest from "../../package.json" with { type: "json" };
import { HostError } from "./errors.ts";

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

/** Version of this package, and so of the host. */
export const VERSION: string = manifest.version;

/** The package that this file is in, whether it runs from `src/host` or from `dist`. */
export const OWN_PACKAGE: string = packageAround(import.meta.dirname);

/** The plugins that this host can run in a town: our own, those installed beside us, and those of the town. */
export function installedPlugins(town: string | undefined): InstalledPlugin[] {
  return discover(...placesOf(town));
}

/** What of a plugin a process runs: another version, or one from elsewhere, is another. */
export function runsOf({ version, entry }: Pick<InstalledPlugin, "version" | "entry">): string {
  return `${version} ${entry}`;
}

/** @throws {HostError} when no installed plugin has this name */
export function findPlugin(name: string, town: string): InstalledPlugin {
  for (const plugin of pluginsOf(...placesOf(town))) if (plugin.name === name) return plugin;
  throw new HostError(
    "unknown-plugin",
    `no plugin ${JSON.stringify(name)} is installed`,
    `installed: ${installedPlugins(town)
      .map((one) => one.name)
      .join(", ")}; others are npm packages with the keyword gastown-plugin, installed in the town`,
    { exitCode: 2 },
  );
}

/**
 * The plugins in these packages, and in every `node_modules` from these directories upwards. Where two have one name,
 * the first is taken.
 */
export function discover(packages: readonly string[], from: readonly string[]): InstalledPlugin[] {
  const found = new Map<string, InstalledPlugin>();
  for (const plugin of pluginsOf(packages, from)) if (!found.has(plugin.name)) found.set(plugin.name, plugin);
  return [...found.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

type Places = [packages: readonly string[], from: readonly string[]];

function placesOf(town: string | undefined): Places {
  return [[OWN_PACKAGE], [OWN_PACKAGE, ...(town === undefined ? [] : [town])]];
}

function* pluginsOf(...[packages, from]: Places): Generator<InstalledPlugin> {
  const dirs = [...packages, ...from.flatMap(upwards).flatMap((dir) => packagesIn(join(dir, "node_modules")))];
  for (const dir of new Set(dirs)) {
    const plugin = pluginIn(dir);
    if (plugin !== undefined) yield plugin;
  }
}

function pluginIn(dir: string): InstalledPlugin | undefined {
  const { keywords, gastown, name, version, description } = manifestOf(dir) ?? {};
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

function manifestOf(dir: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const written = readFileSync(join(dir, "package.json"), "utf8");
    // Nearly none of hundreds is a plugin: to parse them all takes megabytes in a process that stays.
    const read: unknown = written.includes('"gastown-plugin"') ? JSON.parse(written) : undefined;
    return isObject(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function upwards(dir: string): string[] {
  return dirname(dir) === dir ? [dir] : [dir, ...upwards(dirname(dir))];
}

function packagesIn(modules: string): string[] {
  return namesIn(modules).flatMap((name) =>
    name.startsWith("@")
      ? namesIn(join(modules, name)).map((scoped) => join(modules, name, scoped))
      : [join(modules, name)],
  );
}

/** What is in a directory, but for what is hidden; nothing where there is none. */
export function namesIn(dir: string): string[] {
  return allNamesIn(dir).filter((name) => !name.startsWith("."));
}

/** Deno's types do not know that a file has a directory. */
function packageAround(dir = ""): string {
  return join(dir, dir.endsWith("dist") ? ".." : "../..");
}
