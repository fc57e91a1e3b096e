import { join } from "node:path";
import type { RigOptions, TownOptions } from "./types.ts";

/** Name of the town's own database where a rig's name is asked for. */
export const townRig = "hq";

/** Where one rig lies, worked out. */
export interface Rig {
  readonly name: string;
  /** Without its hyphen. */
  readonly prefix: string;
  /** As in routes.jsonl. */
  readonly path: string;
  /** `.beads` at the route's path, redirects not followed. */
  readonly routeDir: string;
  /** Text of `<routeDir>/redirect`. */
  readonly redirect: string | undefined;
  /** Directory of the database, redirects followed. */
  readonly beadsDir: string;
  readonly file: string;
  readonly backend: "sqlite" | "dolt";
  readonly doltDatabase: string;
  readonly doltPort: number;
}

export const layRig = (town: string, name: string, options: RigOptions): Rig => {
  const path = options.path ?? name;
  const routeDir = join(town, path, ".beads");
  const redirect = options.redirect === true ? "mayor/rig/.beads" : options.redirect || undefined;
  const beadsDir = redirect === undefined ? routeDir : join(town, path, redirect);
  const backend = options.backend ?? "sqlite";
  return {
    name,
    prefix: options.prefix.replace(/-$/, ""),
    path,
    routeDir,
    redirect,
    beadsDir,
    file: join(beadsDir, (backend === "sqlite" && options.database) || "beads.db"),
    backend,
    doltDatabase: options.database ?? name,
    doltPort: options.doltPort ?? 1,
  };
};

/** The town itself first, then its rigs in the order given. */
export const layRigs = (town: string, options: TownOptions): readonly Rig[] => [
  layRig(town, townRig, { prefix: "hq", path: ".", ...options.hq }),
  ...Object.entries(options.rigs ?? {}).map(([name, rig]) => layRig(town, name, rig)),
];
