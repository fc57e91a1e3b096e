import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StateDirError } from "./errors.ts";

/** Where the watcher keeps its own files: `<town>/.runtime/convoy-watcher`. */
export function stateDirOf(town: string): string {
  return join(town, ".runtime", "convoy-watcher");
}

/** @throws {StateDirError} */
export function makeStateDir(town: string): string {
  const dir = stateDirOf(town);
  try {
    mkdirSync(dir, { recursive: true });
    return dir;
  } catch (error) {
    throw new StateDirError(dir, error);
  }
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
