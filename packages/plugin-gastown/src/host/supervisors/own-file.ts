import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { writeAtomically } from "@gastown/convoy-watcher/host";
import { HostError } from "../errors.ts";
import type { Undo } from "../undo.ts";

/** In every file outside of the town that is ours. */
export const SIGNATURE = "Written by `gastown plugins enable`";

/**
 * Writes a file for a supervisor.
 *
 * @returns what has come of it
 * @throws {HostError} when there is one that is not ours, and `force` is not given
 */
export function writeOwnFile(file: string, text: string, force: boolean, undo: Undo): "new" | "changed" | "same" {
  const before = read(file);
  if (before === text) return "same";
  if (before !== undefined && !before.includes(SIGNATURE) && !force)
    throw new HostError("foreign-file", `${file} is not ours`, "move it away, or overwrite it with --force");
  mkdirSync(dirname(file), { recursive: true });
  undo.add(() => (before === undefined ? rmSync(file, { force: true }) : writeAtomically(file, before)));
  writeAtomically(file, text);
  return before === undefined ? "new" : "changed";
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
