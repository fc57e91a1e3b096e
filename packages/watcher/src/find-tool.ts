import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { messageOf } from "@gastown/convoy-core";
import { isDenied } from "@gastown/process";
import { statOf } from "./stat-of.ts";

/**
 * Absolute path of a program: where the user says, else the first on PATH. Undefined when it is not there.
 *
 * @throws Deno's own error when it may not look where the user says
 */
export function findTool(
  name: string,
  given: string | undefined,
  path: string | undefined,
  cwd: string,
): string | undefined {
  if (given !== undefined) {
    const file = resolve(cwd, given);
    return isProgram(file, true) ? file : undefined;
  }
  for (const dir of (path ?? "").split(delimiter)) {
    if (!isAbsolute(dir)) continue;
    const file = join(dir, name);
    if (isProgram(file)) return file;
  }
  return undefined;
}

/** Changes when the file behind a path is replaced or rewritten. Never throws: one that can't be looked at has an identity, too. */
export function fileIdentity(file: string): string {
  try {
    const stat = statOf(file);
    return stat === undefined ? "missing" : `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}`;
  } catch (error) {
    return `unreadable: ${messageOf(error)}`;
  }
}

function isProgram(file: string, named = false): boolean {
  try {
    const stat = statSync(file);
    return stat.isFile() && mayRun(file, stat.mode);
  } catch (error) {
    if (named && isDenied(error)) throw error;
    return false;
  }
}

function mayRun(file: string, mode: number): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch (error) {
    // Without --allow-sys Deno does not say which user we are: that somebody may run it must do.
    if (isDenied(error)) return (mode & 0o111) !== 0;
    throw error;
  }
}
