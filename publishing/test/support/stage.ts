import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { buildTown, type Control, installStandIns, tempDir, type Town } from "@gastown/test-fixtures";
import { onTestFinished } from "vitest";
import { cleanEnvironment } from "./environment.ts";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program at work, with all it starts in a process group of its own. */
export interface Running {
  readonly ended: Promise<Ended>;
  stdout(): string;
  stderr(): string;
  signal(name: NodeJS.Signals): void;
}

/** A town with stand-in `bd` and `gt`, and a user who calls programs. Whatever is started ends with the test. */
export interface Stage {
  readonly root: string;
  readonly bin: string;
  readonly town: Town;
  readonly control: Control;
  start(cwd: string, file: string, args: readonly string[], env?: NodeJS.ProcessEnv): Running;
}

/** @param nodeDir directory of the `node` that the programs run on */
export function stage(nodeDir: string): Stage {
  const dir = tempDir(onTestFinished, "stage-");
  const town = buildTown(join(dir.path, "town"), { rigs: { alpha: { prefix: "al" } } });
  town.startDaemons();
  const bin = join(dir.path, "bin");
  const { control } = installStandIns(bin);
  control.set({ bd: { intervalMs: 50 } });
  mkdirSync(join(dir.path, "home"));
  const ours = cleanEnvironment({
    HOME: join(dir.path, "home"),
    PATH: [nodeDir, bin, process.env["PATH"]].join(delimiter),
    npm_config_cache: join(dir.path, "cache"),
    npm_config_offline: "true",
    npm_config_update_notifier: "false",
  });
  return {
    root: dir.path,
    bin,
    town,
    control,
    start(cwd, file, args, env = {}) {
      const child = spawn(file, args, {
        cwd,
        env: { ...ours, ...env },
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
      });
      onTestFinished(() => killGroup(child, "SIGKILL"));
      return follow(child);
    },
  };
}

function follow(child: ChildProcess): Running {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { ended, stdout: () => stdout, stderr: () => stderr, signal: (name) => killGroup(child, name) };
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It is gone.
  }
}
