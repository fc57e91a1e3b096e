import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Rig } from "./rig.ts";
import { townRig } from "./rig.ts";

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
