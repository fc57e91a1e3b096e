import { dirname, join, resolve } from "node:path";
import { parseRoutes, type Route } from "@gastown/convoy-core";
import { readYaml } from "./bd-config.ts";
import { type Files, systemFiles, textOr } from "./files.ts";

const MAX_REDIRECTS = 3;

/** Where the issues of a place are kept. */
export interface BeadsDir {
  /** The `.beads` directory that holds them. */
  readonly dir: string;
  /** The place's own `.beads`, which `redirect` may lead away from. */
  readonly source: string;
  /** Why a redirect is not followed, in words. */
  readonly stray?: string;
}

/**
 * Follows the `redirect` files of a place, as bd and gt do: a path relative to the parent of the directory they lie in
 * (as gt writes them), or to that directory itself (as some bd read them), or absolute, wherever it leads. One that leads
 * to no beads directory is stray: it is passed over, and told.
 */
export function beadsDirOf(town: string, path: string, files: Files = systemFiles): BeadsDir {
  const source = join(town, path, ".beads");
  let dir = source;
  for (let hops = 0; hops < MAX_REDIRECTS; hops += 1) {
    const target = redirectOf(dir, files);
    if (target === undefined) break;
    const ways = [resolve(dirname(dir), target), resolve(dir, target)];
    const next = ways.find((way) => holdsBeads(way, files));
    if (next === dir) break;
    if (next === undefined) {
      const there = ways.find((way) => files.isDirectory(way));
      const why = there === undefined ? "which is not there" : "which holds no beads database";
      return { dir, source, stray: `the redirect in ${dir} leads to ${there ?? ways[0]}, ${why}` };
    }
    dir = next;
  }
  return { dir, source };
}

function redirectOf(beadsDir: string, files: Files): string | undefined {
  const lines = textOr(files, join(beadsDir, "redirect")).split("\n");
  return lines.map((line) => line.trim()).find((line) => line !== "" && !line.startsWith("#"));
}

/** What bd takes for a directory of its own, or leads on to one. */
function holdsBeads(dir: string, files: Files): boolean {
  if (!files.isDirectory(dir)) return false;
  const names = files.names(dir);
  return ["metadata.json", "config.yaml", "dolt", "embeddeddolt", "redirect"].some((name) => names.includes(name))
    ? true
    : names.some(isDatabaseName);
}

/** What bd takes for a database by its name. */
export function isDatabaseName(name: string): boolean {
  return name.endsWith(".db") && name !== "vc.db" && !name.includes(".backup");
}

/** A store that routes lead to and that is not read. */
export interface LeftOut extends Route {
  /** Why, in words. */
  readonly why: string;
  /** What to do about it, in one sentence. */
  readonly hint: string;
}

/** Whether this directory is the root of a Gas City, whose rigs keep their own convoys, mostly outside of it. */
export function isGasCity(dir: string): boolean {
  return systemFiles.exists(join(dir, "city.toml"));
}

/**
 * The stores that the routes of a town name and that are left out because they lie outside of it: what convoys they
 * keep, or what is tracked there, is not seen. A rig of a Gas City that is named by itself keeps its convoys and what
 * they track in one store, so that its routes to the city and to other rigs leave nothing out.
 */
export function leftOutOf(town: string): readonly LeftOut[] {
  if (isRigOfCity(town)) return [];
  const { rejected } = parseRoutes(textOr(systemFiles, join(town, ".beads", "routes.jsonl")));
  return rejected.flatMap(({ why, outside }) =>
    outside === undefined ? [] : [{ ...outside, why, hint: leftOutHint(town, outside) }],
  );
}

/** What to do about a route that leads out of the town. */
export function leftOutHint(town: string, { path }: Route): string {
  const rig = resolve(town, path);
  return isGasCity(town)
    ? `this is a Gas City: \`convoy-cli list --town ${rig}\` reads that rig's own convoys, read only; gc closes them`
    : `move ${rig} into the town, or remove its line from routes.jsonl`;
}

/** Whether this directory is a rig of a Gas City: gc notes it in the configuration of each rig whose server it uses. */
export function isRigOfCity(dir: string): boolean {
  const values = readYaml(textOr(systemFiles, join(dir, ".beads", "config.yaml")));
  return !isGasCity(dir) && values("gc.endpoint_origin") === "inherited_city";
}
