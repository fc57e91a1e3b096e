import { type ChildProcess, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { it } from "vitest";
import {
  buildTown,
  installStandIns,
  recordedTown,
  type StandIns,
  tempDir,
  type Town,
  type TownOptions,
  until,
} from "../../src/index.ts";

export interface TownWithTools extends Disposable, StandIns {
  readonly town: Town;
}

const twoRigs: TownOptions = { rigs: { alpha: { prefix: "al" }, beta: { prefix: "be" } } };

/** A town with two rigs, and the stand-ins beside it. */
export const townWithTools = (options: TownOptions = twoRigs): TownWithTools => {
  const dir = tempDir();
  const town = buildTown(join(dir.path, "town"), options);
  return { ...installStandIns(join(dir.path, "bin")), town, [Symbol.dispose]: () => dir.remove() };
};

export const follow: readonly string[] = ["activity", "--follow", "--town", "--json"];

/** A `bd activity` that has printed so many lines. */
export const following = async (tools: TownWithTools, heard: number): Promise<Running> => {
  const running = start(tools.bd, follow, tools.town.dir);
  await until(() => running.lines().length >= heard && tools.control.calls("bd").length > 0);
  return running;
};

const missing = recordedTown() === undefined;
if (missing) console.log("Left out: tests over the recorded town, since there is no shared/real-town (set SHARED_DIR)");

/** A test over the recorded town, left out on a machine that has none. */
export const itRecorded: typeof it = missing ? (it.skip as typeof it) : it;

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
