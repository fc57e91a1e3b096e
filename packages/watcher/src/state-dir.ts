import {
  type BigIntStats,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { StateDirError } from "./errors.ts";

/** Where the watcher keeps its own files: `<town>/.runtime/convoy-watcher`. */
export function stateDirOf(town: string): string {
  return join(town, ".runtime", "convoy-watcher");
}

/** The settings of a town: `<town>/settings/convoy-watcher.json`. */
export function settingsFileOf(town: string): string {
  return join(town, "settings", "convoy-watcher.json");
}

/** @throws {StateDirError} */
export function makeStateDir(town: string): string {
  const dir = stateDirOf(town);
  try {
    makeDirs(dir);
    return dir;
  } catch (error) {
    throw new StateDirError(dir, error);
  }
}

/**
 * Makes a directory and its parents, one by one: on a read-only file system, `recursive` says that there is no such
 * directory.
 *
 * @returns those that were not there before, the deepest first
 */
export function makeDirs(dir: string): string[] {
  if (statOf(dir)?.isDirectory()) return [];
  const made = dirname(dir) === dir ? [] : makeDirs(dirname(dir));
  try {
    mkdirSync(dir);
  } catch (error) {
    if (statOf(dir)?.isDirectory()) return made;
    throw error;
  }
  return [dir, ...made];
}

/** Writes a file so that a reader sees the old text or the new one, and nothing between. */
export function writeAtomically(file: string, text: string): void {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Removes what a writer that was killed has left of its files. For the one who holds the lock of the directory. */
export function clearDrafts(dir: string): void {
  for (const name of readdirSync(dir))
    if (/^(watcher|status)\..*\.\d+\.tmp$/.test(name)) rmSync(join(dir, name), { force: true });
}

/** The object in a JSON file; undefined when there is none that can be read. */
export function readObject(file: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isPid(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

/** What the system says of a path; undefined when nothing is there. On Deno a path below a file is an error to `statSync`. */
export function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false, bigint: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return undefined;
    throw error;
  }
}
