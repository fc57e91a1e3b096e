import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { writeAtomically } from "@gastown/convoy-watcher/host";
import { HostError } from "../errors.ts";

/** In every file outside of the town that is ours. */
export const SIGNATURE = "Written by `gastown plugins enable`";

/**
 * Writes a file for a supervisor.
 *
 * @throws {HostError} when there is one that is not ours, and `force` is not given
 */
export function writeOwnFile(file: string, text: string, force: boolean): void {
  const before = read(file);
  if (before === text) return;
  if (before !== undefined && !before.includes(SIGNATURE) && !force)
    throw new HostError("foreign-file", `${file} is not ours`, "move it away, or overwrite it with --force");
  mkdirSync(dirname(file), { recursive: true });
  writeAtomically(file, text);
}

/** Removes a file if it is ours; says whether it did. */
export function removeOwnFile(file: string): boolean {
  if (!read(file)?.includes(SIGNATURE)) return false;
  rmSync(file, { force: true });
  return true;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
