import { dirname, join, relative, resolve } from "node:path";
import { parseDocument } from "yaml";
import { type Environment, type Files, textOr } from "./files.ts";
import { textOf } from "./metadata.ts";
import type { BeadsDir } from "./redirect.ts";
import { type Said, said } from "./variables.ts";

/** Looks a value up by its dotted key, whatever the letter case; undefined where there is none. */
export type YamlValues = (key: string) => string | undefined;

/** Longest text that is parsed, in characters. */
const LIMIT = 256 * 1024;
const KEPT = 64;
/** By text: the same few files are asked every two seconds. */
const parsed = new Map<string, unknown>();

/** The values of a YAML text, whose keys may be nested or flat (`dolt.mode: server`). A broken text has none that can be had. */
export function readYaml(text: string): YamlValues {
  const root = rootOf(text);
  return (key) => textOf(find(root, key.toLowerCase().split(".")));
}

function rootOf(text: string): unknown {
  if (text.length > LIMIT || !/^[^#\s]/m.test(text)) return undefined;
  if (!parsed.has(text)) {
    if (parsed.size >= KEPT) parsed.clear();
    parsed.set(text, parse(text));
  }
  return parsed.get(text);
}

function parse(text: string): unknown {
  try {
    return parseDocument(text, { logLevel: "silent", uniqueKeys: false }).toJS();
  } catch {
    return undefined;
  }
}

function find(node: unknown, path: readonly string[]): unknown {
  if (path.length === 0) return node;
  if (typeof node !== "object" || node === null) return undefined;
  const entries = Object.entries(node);
  for (let length = path.length; length > 0; length -= 1) {
    const name = path.slice(0, length).join(".");
    const value = entries.find(([key]) => key.toLowerCase() === name)?.[1] as unknown;
    const found = value === undefined ? undefined : find(value, path.slice(length));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A key of bd's own configuration. */
export type BdConfig = (key: string) => Said | undefined;

/**
 * bd's own configuration for a place: a variable `BD_…` before `config.local.yaml`, the `config.yaml` of the beads
 * directory (else that of the nearest place above, up to the town's), and the user's.
 */
export function bdConfigOf({ dir, source }: BeadsDir, town: string, env: Environment, files: Files): BdConfig {
  const project = [dir, ...above(source, town)].map((beads) => join(beads, "config.yaml")).find(files.exists);
  const places = [
    ...(project === undefined ? [] : [join(dirname(project), "config.local.yaml"), project]),
    ...userFiles(env),
  ];
  return (key) => {
    const variable = `BD_${key.toUpperCase().replaceAll(/[.-]/g, "_")}`;
    const set = textOf(env[variable]);
    if (set !== undefined) return { value: set, by: variable };
    for (const file of places) {
      const found = said(`${key} in ${file}`, readYaml(textOr(files, file))(key));
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

/** The beads directories from a place up to its town. */
function above(source: string, town: string): string[] {
  const dirs: string[] = [];
  for (let dir = dirname(source); ; dir = dirname(dir)) {
    dirs.push(join(dir, ".beads"));
    if (resolve(dir) === resolve(town) || relative(town, dir).startsWith("..") || dir === dirname(dir)) return dirs;
  }
}

function userFiles(env: Environment): string[] {
  const home = textOf(env["HOME"]);
  const config = textOf(env["XDG_CONFIG_HOME"]);
  return [
    ...(home === undefined ? [] : [join(home, ".config", "bd", "config.yaml")]),
    ...(config === undefined ? [] : [join(config, "bd", "config.yaml")]),
    ...(home === undefined ? [] : [join(home, ".beads", "config.yaml")]),
  ];
}
