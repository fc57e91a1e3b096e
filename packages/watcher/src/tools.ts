import { accessSync, constants, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { messageOf } from "@gastown/convoy-core";
import { isDenied, runCommand, sendSignal, toolEnvironment } from "@gastown/process";
import { PermissionError, PlatformError, ToolNotFoundError } from "./errors.ts";
import { statOf } from "./state-dir.ts";

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

/**
 * bd and gt, as they are named or found on PATH.
 *
 * @throws {ToolNotFoundError} when there is no gt, unless nothing is to be run
 */
export function findTools(named: {
  readonly bd?: string | undefined;
  readonly gt?: string | undefined;
  readonly dryRun: boolean;
}): { readonly bd: string | undefined; readonly gt: string | undefined } {
  const [bd, gt] = (["bd", "gt"] as const).map((name) =>
    findTool(name, named[name], process.env["PATH"], process.cwd()),
  );
  if (gt === undefined && !named.dryRun)
    throw new ToolNotFoundError("gt", named.gt === undefined ? "gt is not on PATH" : `there is no program ${named.gt}`);
  return { bd, gt };
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

/** Longest time a program may take to say its version, in milliseconds. */
const PATIENCE = 10_000;

/** What is known of the version of bd or gt. */
export type ToolVersion =
  /** Numbers of the version, and the line that holds them. */
  | { readonly kind: "known"; readonly numbers: readonly [number, number, number]; readonly line: string }
  | { readonly kind: "unknown"; readonly why: string };

/** Asks bd or gt for its version. Nothing else is run, and nothing is left running. */
export async function toolVersion(file: string, cwd: string, env: NodeJS.ProcessEnv): Promise<ToolVersion> {
  const { signal } = new AbortController();
  const ended = await runCommand(file, ["version"], { cwd, env, timeout: PATIENCE, signal, grace: 500 });
  if (ended.failure !== undefined) return { kind: "unknown", why: ended.failure.message };
  if (ended.timedOut) return { kind: "unknown", why: `it did not answer within ${PATIENCE / 1_000} s` };
  const lines = ended.output.split("\n").filter((line) => line.trim() !== "");
  const line = lines.find((one) => VERSION.test(one));
  const [, major, minor, patch] = VERSION.exec(line ?? "") ?? [];
  if (line === undefined || ended.exitCode !== 0) {
    return { kind: "unknown", why: lines.at(-1) ?? `it ended with ${ended.signal ?? `exit status ${ended.exitCode}`}` };
  }
  return { kind: "known", numbers: [Number(major), Number(minor), Number(patch)], line };
}

const VERSION = /\bv?(\d+)\.(\d+)\.(\d+)/;

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

/**
 * Makes sure that what is started can be ended, with all it starts.
 *
 * @throws {PlatformError} on Windows, which knows no process groups
 * @throws {PermissionError} on Deno without leave for it
 */
export function requireProcessGroups(): void {
  if (process.platform === "win32") throw new PlatformError("Windows");
  try {
    sendSignal(process.ppid, 0);
  } catch (error) {
    // That there is no such process, or that it is another user's, is an answer.
    if (isDenied(error)) throw new PermissionError(error);
  }
}
