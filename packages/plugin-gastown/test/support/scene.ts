import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildTown, type Control, installStandIns, tempDir, type Town, waitFor } from "@gastown/test-fixtures";
import { onTestFinished } from "vitest";
import { readNote, runningHost } from "../../src/host/host-note.ts";
import { sendSignal as signalHost } from "../../src/host/host-process.ts";

/** Program and first arguments that run a script in the runtime that runs this. */
export const running = (script: string): [string, ...string[]] =>
  "Deno" in globalThis ? [process.execPath, "run", "-A", "--quiet", script] : [process.execPath, script];

/** The command as it is published. */
export const GASTOWN: readonly [string, ...string[]] = running(
  fileURLToPath(new URL("../../bin/gastown.js", import.meta.url)),
);

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

/** A town, stand-in programs, and the command line. Whatever it starts ends with the test. */
export interface Scene {
  readonly root: string;
  readonly town: Town;
  readonly bin: string;
  readonly control: Control;
  readonly env: NodeJS.ProcessEnv;
  start(...args: readonly string[]): Running;
  /** `gastown plugins …` to its end. */
  plugins(...args: readonly string[]): Promise<Ended>;
  /** A file of the plugin's state directory. */
  state(file: string, plugin?: string): string;
  /** Every path in the town, but for what reading a database leaves, the stand-ins' feed, and logs and state. */
  tree(): string[];
  /** Writes an executable for the command line to find. */
  program(name: string, text: string): void;
}

export function scene(): Scene {
  const dir = tempDir(undefined, "pg-");
  const town = buildTown(join(dir.path, "town"), { rigs: { alpha: { prefix: "al" } } });
  town.startDaemons();
  const bin = join(dir.path, "bin");
  const { control } = installStandIns(bin);
  const started: Running[] = [];
  const env = { ...inherited(), PATH: [bin, "/usr/bin", "/bin"].join(":"), HOME: join(dir.path, "home") };
  const start = (...args: readonly string[]): Running => {
    const one = startIn(args, town.dir, env);
    started.push(one);
    return one;
  };
  const program = (name: string, text: string): void => {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  };
  // No test may reach the supervisor of the machine that it runs on.
  for (const name of ["systemctl", "launchctl"]) program(name, "#!/bin/sh\necho 'no bus here' >&2\nexit 1\n");
  mkdirSync(env.HOME);
  control.set({ bd: { intervalMs: 50 } });
  onTestFinished(async () => {
    for (const one of started) one.kill("SIGKILL");
    await Promise.allSettled(started.map(({ ended }) => ended));
    for (const plugin of existsSync(join(town.dir, ".runtime")) ? readdirSync(join(town.dir, ".runtime")) : []) {
      const file = join(town.dir, ".runtime", plugin, "host.json");
      const note = readNote(file);
      if (note !== undefined) signalHost(note, "SIGKILL");
      await waitFor("end of the host", () => runningHost(file) === undefined);
    }
    // What a killed host leaves: stand-ins that it followed.
    for (const { pid, end, children } of control.calls())
      for (const left of [...(end === undefined ? [pid] : []), ...children]) kill(left, "SIGKILL");
    dir.remove();
  });
  return {
    root: dir.path,
    town,
    bin,
    control,
    env,
    start,
    plugins: (...args) => start("plugins", ...args).ended,
    state: (file, plugin = "convoy-watcher") => join(town.dir, ".runtime", plugin, file),
    tree: () =>
      readdirSync(town.dir, { recursive: true, encoding: "utf8" })
        .filter((path) => !/-(wal|shm)$|activity\.ndjson$|^\.runtime\b/.test(path))
        .toSorted(),
    program,
  };
}

/** Installs the plugin of the examples in the town, as npm would link it. */
export function installRouteWatch({ town }: Scene): void {
  mkdirSync(join(town.dir, "node_modules"));
  const example = fileURLToPath(new URL("../../../../examples/route-watch", import.meta.url));
  symlinkSync(example, join(town.dir, "node_modules", "gastown-plugin-route-watch"));
}

export const read = (file: string): string => readFileSync(file, "utf8");

function startIn(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Running {
  const [file, ...leading] = GASTOWN;
  const child = spawn(file, [...leading, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { pid: child.pid ?? -1, ended, kill: (name) => kill(child.pid, name) };
}

/** By number: on Deno `child.kill` works once, and then tells of an end by that signal, whatever the end was. */
export function kill(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, signal);
  } catch {
    // It is gone.
  }
}

/** The environment without what would lead a tool astray, colour its output, or lead to the user's own systemd. */
function inherited(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  const astray = /^(BEADS|BD|GT|VITEST|FORCE_COLOR|NO_COLOR|NODE_|XDG_|DBUS_)/;
  for (const name of Object.keys(env)) if (astray.test(name)) delete env[name];
  return env;
}
