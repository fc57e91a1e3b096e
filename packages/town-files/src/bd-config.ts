import { dirname, join, relative, resolve } from "node:path";
import { type Environment, type Files, textOr } from "./files.ts";
import { textOf } from "./metadata.ts";
import type { BeadsDir } from "./redirect.ts";
import { type Said, said } from "./said.ts";
import { readYaml } from "./yaml.ts";

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
