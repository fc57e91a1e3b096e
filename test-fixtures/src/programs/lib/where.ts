import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { followRedirect, readRoutes } from "../../town/open-rigs.ts";

/** The nearest directory, from `start` upward, in which `inside` exists. */
export const upward = (start: string, inside: string): string | undefined => {
  if (existsSync(join(start, inside))) return start;
  const parent = dirname(start);
  return parent === start ? undefined : upward(parent, inside);
};

/** `.beads` of the working directory, redirect followed; `BEADS_DIR` goes before it. */
export const localBeadsDir = (cwd: string): string | undefined => {
  const named = process.env["BEADS_DIR"];
  if (named) return followRedirect(named);
  const root = upward(cwd, ".beads");
  return root === undefined ? undefined : followRedirect(join(root, ".beads"));
};

/** Root of the town that a directory is in: where the routes are. */
export const townRoot = (cwd: string): string | undefined =>
  upward(cwd, "mayor/town.json") ?? upward(cwd, ".beads/routes.jsonl");

/** `.beads` where bd looks for an id: by the first route for everything up to its first hyphen. */
export const routedBeadsDir = (town: string, id: string): string | undefined => {
  const townBeads = join(town, ".beads");
  if (!existsSync(join(townBeads, "routes.jsonl"))) return undefined;
  const prefix = id.slice(0, id.indexOf("-") + 1);
  const route = readRoutes(townBeads).find((one) => one.prefix === prefix);
  return route === undefined ? undefined : followRedirect(join(town, route.path, ".beads"));
};
