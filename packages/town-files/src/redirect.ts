import { dirname, join, resolve } from "node:path";
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
