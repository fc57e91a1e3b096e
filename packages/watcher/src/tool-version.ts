import { runCommand } from "@gastown/process";

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
