import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: string | null;
}

export interface Running extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** By pid: Deno's `child.kill` reports the signal even when the program exited by itself upon it. */
  kill(signal: NodeJS.Signals): void;
  stdout(): Buffer;
  lines(): string[];
}

/** Starts a program in a process group of its own, which `await using` kills. */
export const start = (
  program: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Running => {
  const child = spawn(program, args, {
    cwd,
    // gt sends mail by running itself by name.
    env: { ...process.env, PATH: `${dirname(program)}:${process.env["PATH"] ?? ""}`, ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  const stdout = (): Buffer => Buffer.concat(out);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({ stdout: stdout().toString(), stderr: Buffer.concat(err).toString(), code, signal }),
    );
  });
  const killGroup = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // The whole group is gone already.
    }
  };
  return {
    child,
    ended,
    kill: (signal) => void process.kill(child.pid ?? 0, signal),
    stdout,
    lines: () => stdout().toString().split("\n").filter(Boolean),
    [Symbol.asyncDispose]: async () => {
      killGroup();
      await ended;
    },
  };
};

/** Runs a program to its end. */
export const run = async (
  program: string,
  args: readonly string[],
  cwd: string,
  env?: Record<string, string>,
): Promise<Ended> => {
  await using running = start(program, args, cwd, env);
  return await running.ended;
};

/** Waits until something holds. */
export const until = async (holds: () => boolean, ms = 10_000): Promise<void> => {
  for (const end = Date.now() + ms; !holds(); await sleep(10))
    if (Date.now() > end) throw new Error(`It did not hold within ${ms} ms: ${holds}`);
};

export const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
