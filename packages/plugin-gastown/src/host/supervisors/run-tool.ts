import { messageOf } from "@gastown/convoy-core";
import { execa } from "execa";
import { HostError } from "../errors.ts";

const TIMEOUT = 30_000;

/** Runs a tool of the system; undefined when it has done what it was asked, else what it said. */
export async function tryTool(
  tool: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  try {
    const { failed, stderr, exitCode } = await execa(tool, args, {
      env,
      extendEnv: false,
      reject: false,
      stdin: "ignore",
      timeout: TIMEOUT,
      killDescendants: true,
    });
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
  const { failed, stdout } = await execa(tool, args, {
    env,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    timeout: TIMEOUT,
    killDescendants: true,
  });
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
