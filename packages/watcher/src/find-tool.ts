import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";

/** Absolute path of a program: where the user says, else the first on PATH. Undefined when it is not there. */
export function findTool(
  name: string,
  given: string | undefined,
  path: string | undefined,
  cwd: string,
): string | undefined {
  if (given !== undefined) {
    const file = resolve(cwd, given);
    return isProgram(file) ? file : undefined;
  }
  for (const dir of (path ?? "").split(delimiter)) {
    if (!isAbsolute(dir)) continue;
    const file = join(dir, name);
    if (isProgram(file)) return file;
  }
  return undefined;
}

/** Changes when the file behind a path is replaced or rewritten. */
export function fileIdentity(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? "missing" : `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}`;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
