import { dirname, join, relative } from "node:path";
import { parseDocument } from "yaml";
import { type Environment, type Files, textOr, upwards } from "./files.ts";
import { type Said, said, textOf } from "./metadata.ts";
import type { BeadsDir } from "./places.ts";

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
  const dirs = upwards(dirname(source));
  const last = dirs.findIndex((dir) => /^(?:$|\.\.)/.test(relative(town, dir)));
  return dirs.slice(0, last + 1).map((dir) => join(dir, ".beads"));
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

/** Where bd looks passwords up: `BEADS_CREDENTIALS_FILE`, else in the user's own configuration. */
export function credentialsFileOf(env: Environment): string | undefined {
  const named = textOf(env["BEADS_CREDENTIALS_FILE"]);
  if (named !== undefined) return named;
  const home = textOf(env["HOME"]);
  return home === undefined ? undefined : join(home, ".config", "beads", "credentials");
}

/** The password of a server: the environment's, else that of its `[host:port]` in the credentials file. */
export function passwordOf(host: string, port: number, env: Environment, files: Files): Said | undefined {
  for (const name of ["BEADS_DOLT_PASSWORD", "GT_DOLT_PASSWORD"]) {
    const value = env[name];
    if (value !== undefined && value !== "") return { value, by: name };
  }
  const file = credentialsFileOf(env);
  return file === undefined ? undefined : said(file, lookUp(textOr(files, file), `${host}:${port}`));
}

/** As bd reads it: `#` begins a comment, wherever it stands. */
function lookUp(text: string, section: string): string | undefined {
  let inside = false;
  for (const line of text.split("\n")) {
    const [content = ""] = line.split("#");
    const trimmed = content.trim();
    const header = /^\[(.*)\]$/.exec(trimmed)?.[1];
    if (header !== undefined) {
      if (inside) return undefined;
      inside = header === section;
    }
    const value = inside ? /^password\s*=(.*)$/.exec(trimmed)?.[1]?.trim() : undefined;
    if (value !== undefined && value !== "") return value;
  }
  return undefined;
}
