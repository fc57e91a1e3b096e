import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseError, messageOf } from "@gastown/convoy-core";

/** Longest text that is read whole, in bytes. */
const TEXT_LIMIT = 4 * 1024 * 1024;

/** What is read of the machine to find out where a town keeps its issues. Nothing is written. */
export interface Files {
  /**
   * The text of a small file; undefined when there is none.
   *
   * @throws {DatabaseError} `unreadable` when there is one, and its text cannot be had
   */
  text(file: string): string | undefined;
  isDirectory(path: string): boolean;
  exists(path: string): boolean;
  /** The names in a directory, sorted; none when it cannot be read. */
  names(dir: string): readonly string[];
  /** Whether a process with this number is there. */
  isAlive(pid: number): boolean;
}

/** Variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The machine's own. */
export const systemFiles: Files = {
  text(file) {
    try {
      const stat = statSync(file);
      // A pipe would never end.
      if (!stat.isFile()) throw unreadable(file, "it is not a file");
      if (stat.size > TEXT_LIMIT) throw unreadable(file, "it is far too long");
      return readFileSync(file, "utf8").replace(/^\uFEFF/, "");
    } catch (error) {
      if (error instanceof DatabaseError) throw error;
      if (!isThere(file)) return undefined;
      throw unreadable(file, messageOf(error));
    }
  },
  isDirectory: (path) => statOf(path)?.isDirectory() ?? false,
  exists: (path) => statOf(path) !== undefined,
  names(dir) {
    try {
      return readdirSync(dir).toSorted();
    } catch {
      return [];
    }
  },
  isAlive(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return error instanceof Error && "code" in error && error.code === "EPERM";
    }
  },
};

/** The text of a file that may as well be missing: what cannot be read says nothing. */
export function textOr(files: Files, file: string): string {
  try {
    return files.text(file) ?? "";
  } catch (error) {
    if (error instanceof DatabaseError) return "";
    throw error;
  }
}

/** A directory, and all above it. */
export function upwards(dir: string): string[] {
  return dir === dirname(dir) ? [dir] : [dir, ...upwards(dirname(dir))];
}

/** A file that is there and says nothing usable. */
export function unreadable(file: string, what: string, hint?: string): DatabaseError {
  return new DatabaseError(
    "unreadable",
    file,
    `${file} cannot be read: ${what}`,
    hint ?? "check the owner and mode of the file and of its directory",
  );
}

function statOf(path: string): ReturnType<typeof statSync> {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** A link to nowhere is there, and so is what lies where we may not look. */
function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    return code !== "ENOENT" && code !== "ENOTDIR" && code !== "ENAMETOOLONG" && code !== "ERR_INVALID_ARG_VALUE";
  }
}
