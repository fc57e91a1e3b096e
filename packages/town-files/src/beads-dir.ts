import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { DatabaseError, messageOf } from "@gastown/convoy-core";

/** What a `.beads` directory keeps its issues in, by its `metadata.json`. */
export type Store =
  | { readonly kind: "sqlite"; readonly file: string }
  | { readonly kind: "dolt"; readonly beadsDir: string; readonly metadata: Metadata };

/** A store that `metadata.json` says is kept in Dolt. */
export type DoltStore = Store & { readonly kind: "dolt" };

/** The keys of `metadata.json`, unchecked. */
export type Metadata = Readonly<Record<string, unknown>>;

const MAX_REDIRECTS = 3;
/** Longest text that is read whole, in bytes. */
const TEXT_LIMIT = 4 * 1024 * 1024;

/**
 * The `.beads` directory that really holds the issues of a place: follows `redirect` files, whose path is relative to
 * the parent of the directory they lie in (as gt writes them), or to that directory itself (as some bd read them).
 *
 * @throws {DatabaseError} `unreadable` when a redirect leads out of the town
 */
export function beadsDirOf(town: string, path: string): string {
  let dir = join(town, path, ".beads");
  for (let hops = 0; hops < MAX_REDIRECTS; hops += 1) {
    const target = redirectOf(dir);
    if (target === undefined) return dir;
    const next = [resolve(dirname(dir), target), resolve(dir, target)].find(isDirectory);
    if (next === undefined || next === dir) return dir;
    if (!isWithin(town, next)) {
      throw unreadable(dir, `its redirect leads out of the town, to ${next}`);
    }
    dir = next;
  }
  return dir;
}

/**
 * What the directory keeps its issues in.
 *
 * @throws {DatabaseError} when `metadata.json` cannot be understood: what it says of the store must not be guessed
 */
export function storeOf(beadsDir: string): Store {
  const metadata = readMetadata(beadsDir);
  const backend = metadata["backend"] ?? "sqlite";
  if (backend === "dolt") return { kind: "dolt", beadsDir, metadata };
  if (backend !== "sqlite" && backend !== "") {
    throw new DatabaseError(
      "unsupported",
      beadsDir,
      `${beadsDir} keeps its issues in ${JSON.stringify(backend)}, which this program does not know`,
      "see whether there is a newer release of convoy-cli",
    );
  }
  return { kind: "sqlite", file: join(beadsDir, databaseName(beadsDir, metadata)) };
}

/** `database` of metadata.json, else `beads.db`, else whatever database lies there. */
function databaseName(beadsDir: string, metadata: Metadata): string {
  const { database } = metadata;
  if (typeof database === "string" && database !== "") {
    if (basename(database) === database && database !== "." && database !== "..") return database;
    throw unreadable(beadsDir, `metadata.json names a database outside of it, "${database}"`);
  }
  if (existsSync(join(beadsDir, "beads.db"))) return "beads.db";
  return candidates(beadsDir)[0] ?? "beads.db";
}

function candidates(beadsDir: string): string[] {
  try {
    return readdirSync(beadsDir)
      .filter((name) => name.endsWith(".db") && name !== "vc.db" && !name.includes(".backup"))
      .toSorted();
  } catch {
    return [];
  }
}

function readMetadata(beadsDir: string): Metadata {
  const file = join(beadsDir, "metadata.json");
  const text = readText(file);
  if (text === undefined) {
    if (!isThere(file)) return {};
    throw unreadable(file, "it is there, and its text cannot be had");
  }
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Metadata;
    throw new Error("it is not an object");
  } catch (error) {
    throw unreadable(file, `it is not valid JSON (${messageOf(error)})`);
  }
}

function redirectOf(beadsDir: string): string | undefined {
  const lines = readText(join(beadsDir, "redirect"))?.split("\n") ?? [];
  return lines.map((line) => line.trim()).find((line) => line !== "" && !line.startsWith("#"));
}

/** The text of a small file; undefined when there is none, or none that can be read. A pipe would never end. */
export function readText(file: string): string | undefined {
  try {
    const stat = statSync(file);
    return stat.isFile() && stat.size <= TEXT_LIMIT ? readFileSync(file, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== "ENOENT" && code !== "ENOTDIR";
  }
}

function isWithin(town: string, path: string): boolean {
  const way = relative(resolve(town), path);
  return way !== ".." && !way.startsWith(`..${sep}`) && resolve(way) !== way;
}

function unreadable(file: string, what: string): DatabaseError {
  return new DatabaseError(
    "unreadable",
    file,
    `${file} cannot be read: ${what}`,
    "check the owner and mode of the file and of its directory",
  );
}
