import {
  type BigIntStats,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
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

/** Where the reading of a file goes on. */
interface Mark {
  readonly inode: number;
  readonly offset: number;
}

/**
 * Reads the lines that were not read before of a file that grows, and that is put aside when it is long: first all there
 * are, then what has been added, oldest first. A last line without its end is waited for, and a file that cannot be read
 * has none.
 *
 * @param before what the file becomes then; that of the time before it is gone
 */
export function createLineReader(file: string, before: string): () => readonly string[] {
  let at: Mark | undefined;
  return () => {
    const now = readFrom(file, at);
    // It was put aside since: what was added before that is in the other file.
    const turned = now !== undefined && now.inode !== at?.inode;
    const older = turned || at === undefined ? readFrom(before, at) : undefined;
    if (now !== undefined) at = now;
    return [...(older?.lines ?? []), ...(now?.lines ?? [])];
  };
}

/** The whole lines of a file; when it is still the marked one, from there on. */
function readFrom(file: string, mark: Mark | undefined): (Mark & { readonly lines: readonly string[] }) | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(file, "r");
    const { ino: inode, size } = fstatSync(fd);
    const from = mark?.inode === inode && mark.offset <= size ? mark.offset : 0;
    const bytes = Buffer.alloc(size - from);
    const length = readSync(fd, bytes, 0, bytes.length, from);
    const end = bytes.subarray(0, length).lastIndexOf("\n") + 1;
    const lines = end === 0 ? [] : bytes.toString("utf8", 0, end - 1).split("\n");
    return { inode, offset: from + end, lines };
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
