import { join, resolve } from "node:path";
import { parseRoutes, type Route } from "@gastown/convoy-core";
import { readYaml } from "./bd-config.ts";
import { systemFiles, textOr } from "./files.ts";

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
