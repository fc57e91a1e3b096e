import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished } from "vitest";

const CLI = fileURLToPath(new URL("../../bin/convoy-cli.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A demo at work, with a directory for temporary files that is its own. */
export interface Demo {
  readonly temp: string;
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What is left in the directory for temporary files. */
  left(): string[];
  /** The records so far, from a demo with `--json`. */
  records(event?: string): Record<string, unknown>[];
  /** Waits until something has become true while the demo runs. */
  until(what: () => boolean): Promise<void>;
}

/** Starts `convoy-cli demo`, and ends it with the test. */
export function startDemo(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  temp?: string,
  [runtime = process.execPath, ...flags]: readonly string[] = [],
): Demo {
  const dir = temp ?? tempDir(onTestFinished, "demo-test-").path;
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...plain } = process.env;
  const child = spawn(runtime, [...flags, CLI, "demo", ...args], {
    env: { ...plain, LC_ALL: "C.UTF-8", TMPDIR: dir, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  let over = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code) => {
      over = true;
      resolve({ code, stdout, stderr });
    });
  });
  return {
    temp: dir,
    child,
    ended,
    left: () => readdirSync(dir),
    records: (event) =>
      stdout
        .slice(0, stdout.lastIndexOf("\n") + 1)
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter((record) => event === undefined || record["event"] === event),
    until: (what) =>
      expect.poll(() => (what() ? "so" : over ? "the demo has ended" : "not yet"), { timeout: 20_000 }).toBe("so"),
  };
}

/** Whether a process runs. */
export function isAlive(pid: unknown): boolean {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
}
