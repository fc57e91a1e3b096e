import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { waitFor } from "@gastown/test-fixtures";
import { kill } from "./processes.ts";

/** The command as it is published: the launcher, and the bundle that it loads. `CONVOY_CLI` names another one, as unpacked. */
export const CLI: string =
  process.env["CONVOY_CLI"] ?? fileURLToPath(new URL("../../bin/convoy-cli.js", import.meta.url));

/** A line of `--json`. */
export interface JsonRecord {
  readonly time: string;
  readonly event: string;
  readonly convoy?: string;
  readonly convoys?: readonly string[] | number;
  readonly issue?: string;
  readonly [field: string]: unknown;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line at work. */
export interface RunningCli {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<Ended>;
  stdout(): string;
  stderr(): string;
  /** The whole lines of stdout, as records. */
  records(event?: string): JsonRecord[];
  /** Waits for a record; fails when the program ends without it. */
  record(event: string, fields?: Readonly<Record<string, unknown>>): Promise<JsonRecord>;
  /** Waits until stdout or stderr holds this text. */
  said(text: string | RegExp): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Sends a signal, and waits for the end. */
  stop(name?: NodeJS.Signals): Promise<Ended>;
}

export interface StartOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Program and leading arguments: the runtime and the launcher, see `ownCommand`. */
  readonly command: readonly [string, ...string[]];
}

/** Starts the command line. Whoever starts it must end it: see `scene`. */
export function startCli(args: readonly string[], { cwd, env, command }: StartOptions): RunningCli {
  const [file, ...leading] = command;
  const child = spawn(file, [...leading, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const pid = child.pid ?? -1;
  let stdout = "";
  let stderr = "";
  let over = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      over = true;
      resolve({ code, signal, stdout, stderr });
    });
  });
  const records = (event?: string): JsonRecord[] => {
    const lines = stdout
      .slice(0, stdout.lastIndexOf("\n") + 1)
      .split("\n")
      .filter(Boolean);
    return lines
      .map((line) => JSON.parse(line) as JsonRecord)
      .filter((record) => event === undefined || record.event === event);
  };
  const seen = (): unknown => ({ stdout: stdout.slice(-3_000), stderr: stderr.slice(-2_000), over });
  const wait = async <T>(what: string, look: () => T): Promise<NonNullable<T>> => {
    const found = await waitFor(what, () => look() || over, seen);
    const last = look();
    if (!last) throw new Error(`The program ended without ${what}: ${JSON.stringify(seen(), undefined, 1)}`);
    return found === true ? last : found;
  };

  return {
    child,
    pid,
    ended,
    stdout: () => stdout,
    stderr: () => stderr,
    records,
    record: (event, fields = {}) =>
      wait(`${event} ${JSON.stringify(fields)}`, () => records(event).find((record) => holds(record, fields))),
    said: async (text) =>
      void (await wait(String(text), () =>
        typeof text === "string" ? (stdout + stderr).includes(text) : text.test(stdout + stderr),
      )),
    signal: (name) => kill(pid, name),
    stop: (name = "SIGTERM") => {
      kill(pid, name);
      return ended;
    },
  };
}

/** Waits until the town was swept so many times more. */
export async function moreSweeps(cli: RunningCli, count: number): Promise<void> {
  const before = cli.records("sweep").length;
  await waitFor(`${count} more sweeps`, () => cli.records("sweep").length >= before + count);
}

function holds(record: JsonRecord, fields: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(fields).every(([key, value]) => JSON.stringify(record[key]) === JSON.stringify(value));
}
