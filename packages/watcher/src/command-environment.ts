import { delimiter, dirname } from "node:path";
import { toolEnvironment } from "@gastown/process";
import { fileIdentity, findTool } from "./find-tool.ts";

/**
 * The environment for gt, which runs the `bd` on its PATH, and itself by name to send mail. What its PATH has stays as it
 * is: a directory is put at the end where a program is found in none, since ours may be one that is named for its feed
 * alone. A `gt` of another kind on PATH would send the mail of this one: then this one's directory comes first, if it
 * has no `bd` of its own.
 */
export function commandEnvironment(env: NodeJS.ProcessEnv, bd: string | undefined, gt?: string): NodeJS.ProcessEnv {
  const clean = toolEnvironment(env);
  const path = withTool(withGt(clean["PATH"], gt), "bd", bd);
  return path === undefined ? clean : { ...clean, PATH: path };
}

function withGt(path: string | undefined, gt: string | undefined): string | undefined {
  const found = inPath("gt", path);
  if (gt === undefined || found === undefined || isSame(found, gt)) return withTool(path, "gt", gt);
  const first = joined(dirname(gt), path);
  return inPath("bd", first) === inPath("bd", path) && inPath("gt", first) === gt ? first : path;
}

function withTool(path: string | undefined, name: string, file: string | undefined): string | undefined {
  return file === undefined || inPath(name, path) !== undefined ? path : joined(path, dirname(file));
}

function inPath(name: string, path: string | undefined): string | undefined {
  return findTool(name, undefined, path, process.cwd());
}

function isSame(one: string, other: string): boolean {
  return one === other || fileIdentity(one) === fileIdentity(other);
}

function joined(...parts: readonly (string | undefined)[]): string {
  return parts.filter(Boolean).join(delimiter);
}
