import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
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

interface Route {
  readonly prefix: string;
  readonly path: string;
}

const parse = (line: string): readonly Route[] => {
  try {
    const { prefix, path } = JSON.parse(line);
    return typeof prefix === "string" && typeof path === "string" && prefix && path ? [{ prefix, path }] : [];
  } catch {
    return [];
  }
};

/** Lines of routes.jsonl that bd understands, in order, doubles included. */
export const readRoutes = (townBeadsDir: string): readonly Route[] =>
  readFileSync(join(townBeadsDir, "routes.jsonl"), "utf8").split("\n").flatMap(parse);

const text = (file: string): string | undefined => (existsSync(file) ? readFileSync(file, "utf8") : undefined);

/** What `redirect` says, when it says anything. */
const redirectIn = (beadsDir: string): string | undefined =>
  text(join(beadsDir, "redirect"))
    ?.split("\n")
    .map((line) => line.trim())
    .find((line) => line !== "" && !line.startsWith("#"));

/** One level of redirect, relative to the parent of `.beads`, to a directory that is there. */
export const followRedirect = (beadsDir: string): string => {
  const redirect = redirectIn(beadsDir);
  const target = redirect === undefined ? beadsDir : join(dirname(beadsDir), redirect);
  return existsSync(target) ? target : beadsDir;
};

/** The SQLite file of a `.beads` directory, as its metadata.json names it. */
export const databaseIn = (beadsDir: string): { readonly file: string; readonly backend: "sqlite" | "dolt" } => {
  const { backend, database }: Record<string, unknown> = JSON.parse(text(join(beadsDir, "metadata.json")) ?? "{}");
  if (backend === "dolt") return { file: join(beadsDir, "beads.db"), backend };
  return {
    file: join(beadsDir, typeof database === "string" ? database : "beads.db"),
    backend: "sqlite",
  };
};

/** Every rig of a town on disk, the town itself first. A second route to one path is passed over. */
export const openRigs = (town: string): readonly Rig[] => {
  const routes = readRoutes(join(town, ".beads"));
  const once = new Map(routes.toReversed().map((route) => [route.path, route] as const));
  const rigs = [...once.values()].toReversed().map(({ prefix, path }): Rig => {
    const routeDir = join(town, path, ".beads");
    const beadsDir = followRedirect(routeDir);
    const name = path === "." ? townRig : (path.split("/")[0] ?? path);
    return {
      ...databaseIn(beadsDir),
      name,
      prefix: prefix.replace(/-$/, ""),
      path,
      routeDir,
      redirect: redirectIn(routeDir),
      beadsDir,
      doltDatabase: name,
      doltPort: 1,
    };
  });
  return rigs.toSorted((one, other) => Number(other.path === ".") - Number(one.path === "."));
};

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
