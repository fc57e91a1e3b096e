import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf } from "@gastown/convoy-core";
import { writeAtomically } from "@gastown/convoy-watcher/host";
import { execa } from "execa";
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

const TIMEOUT = 30_000;

const OPTIONS = { extendEnv: false, reject: false, stdin: "ignore", timeout: TIMEOUT, killDescendants: true } as const;

/** Runs a tool of the system; undefined when it has done what it was asked, else what it said. */
export async function tryTool(
  tool: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  try {
    const { failed, stderr, exitCode } = await execa(tool, args, { env, ...OPTIONS });
    return failed ? stderr.trim() || `it ended with status ${exitCode ?? "unknown"}` : undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** What a tool of the system prints, without the end of the line; undefined when it fails. */
export async function askTool(
  tool: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const { failed, stdout } = await execa(tool, args, { env, ...OPTIONS });
  return failed ? undefined : stdout.trim();
}

/** @throws {HostError} when the tool fails */
export async function runTool(tool: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const fault = await tryTool(tool, args, env);
  if (fault === undefined) return;
  throw new HostError(
    "supervisor-failed",
    `${[tool, ...args].join(" ")}: ${fault}`,
    "fix that, or choose another supervisor: --supervisor detached",
  );
}
