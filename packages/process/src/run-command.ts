import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { signalGroup } from "./find-process.ts";
import { createTail, joined, openOutputFiles, type OutputPlace } from "./output-files.ts";

/** Variables that would lead `bd` and `gt` to another database, or to another output, than the town's. */
const MISLEADING = ["BEADS_DIR", "BEADS_DB", "BD_DB", "BEADS_DOLT_SERVER_DATABASE", "BD_JSON_ENVELOPE"] as const;

/** The environment for `bd` and `gt`: this one, without what would lead them elsewhere. */
export function toolEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const clean = { ...env };
  for (const name of MISLEADING) delete clean[name];
  return clean;
}

/** How much is kept of what a command says, in characters of each stream. */
export const OUTPUT_LIMIT = 4096;
const DRAIN = 50;

/** How a command is run. All times in milliseconds. */
export interface CommandOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Ends the command, and all it started, at once. */
  readonly signal: AbortSignal;
  /** Stops waiting for the command, which goes on by itself. */
  readonly leave?: AbortSignal;
  /** Until the command, and all it started, is ended; without it there is no limit. */
  readonly timeout?: number;
  /** What it reads from its stdin; nothing by default. */
  readonly input?: string;
  /** Between SIGTERM and SIGKILL; 2000 by default. */
  readonly grace?: number;
  /** Its output goes to files there, so that it works on when this process ends; else to pipes. */
  readonly output?: OutputPlace | undefined;
  /** Told of its number as soon as it runs. */
  readonly onStart?: (pid: number) => void;
}

/** How a command ended, and what it said. */
export interface CommandOutcome extends Exit {
  /** It was ended because its time was over. */
  readonly timedOut: boolean;
  /** It was left to itself, and runs on. */
  readonly left: boolean;
  /** The last 4 KiB of stdout and of stderr, whole lines of either apart from those of the other. */
  readonly output: string;
}

/** Runs a command to its end, however it ends, or until it is left. Never rejects; what it does not leave, it ends with its group. */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandOutcome> {
  const files = options.output === undefined ? undefined : openOutputFiles(options.output, OUTPUT_LIMIT);
  const group = startGroup(file, args, { ...options, output: files });
  if (group.pid !== undefined) options.onStart?.(group.pid);
  const stdout = createTail(OUTPUT_LIMIT);
  const stderr = createTail(OUTPUT_LIMIT);
  group.stdout.on("data", stdout.push).on("error", ignore);
  group.stderr.on("data", stderr.push).on("error", ignore);
  const said = (): string => joined(files?.texts() ?? [stdout.text(), stderr.text()]);

  let timedOut = false;
  let left = false;
  const stop = (): void => void group.end(options.grace ?? 2000);
  const timeOut = (): void => {
    timedOut = true;
    stop();
  };
  const timer = options.timeout === undefined ? undefined : setTimeout(timeOut, options.timeout);
  const parting = Promise.withResolvers<undefined>();
  // What is being ended already is not left.
  const part = (): void => {
    if (!options.signal.aborted && !timedOut) parting.resolve(undefined);
  };
  const ended = whenAborted(options.signal, stop);
  const parted = options.leave && whenAborted(options.leave, part);
  try {
    const exit = await Promise.race([group.exited, parting.promise]);
    if (exit === undefined) {
      left = true;
      return { timedOut, left, output: said() };
    }
    await Promise.race([Promise.all([drained(group.stdout), drained(group.stderr)]), delay(DRAIN)]);
    return { ...exit, timedOut, left, output: said() };
  } finally {
    clearTimeout(timer);
    ended();
    parted?.();
    files?.close(left);
    if (left) group.leave();
    else group.sweepUp();
  }
}

/** Does something when a signal is aborted, or has been; the result undoes that. */
function whenAborted(signal: AbortSignal, work: () => void): () => void {
  signal.addEventListener("abort", work, { once: true });
  if (signal.aborted) work();
  return () => signal.removeEventListener("abort", work);
}

function drained(stream: NodeJS.ReadableStream & { readonly closed: boolean }): Promise<void> {
  return stream.closed ? Promise.resolve() : new Promise((resolve) => void stream.once("close", resolve));
}

function ignore(): void {}

/** How a process ended. */
export interface Exit {
  readonly exitCode?: number;
  readonly signal?: string;
  /** It could not be started: the system's error code, such as `ENOENT`, and its message. */
  readonly failure?: { readonly code: string; readonly message: string };
}

/** A process that leads a group of its own, so that it can be ended with everything it started. */
export interface ProcessGroup {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles when the leader has ended, whoever else still holds its output. Never rejects. */
  readonly exited: Promise<Exit>;
  /** Asks the group to end (SIGTERM), and kills what is left after `grace` ms. Settles when the leader has ended. */
  end(grace: number): Promise<Exit>;
  /** Kills whatever is left of the group and lets go of its output. */
  sweepUp(): void;
  /** Leaves it to itself: this process ends without it. Output into a pipe then ends it at its next line. */
  leave(): void;
}

/** How to start a program in a process group of its own. */
export interface GroupOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** What it reads from its stdin; nothing by default. */
  readonly input?: string;
  /** Files that take its output; else it comes through the streams. */
  readonly output?: { readonly stdout: number; readonly stderr: number } | undefined;
}

/** Starts a program without a shell, in a process group of its own. Faults of starting come with `exited`. */
export function startGroup(file: string, args: readonly string[], options: GroupOptions): ProcessGroup {
  const child = execa(file, args, {
    cwd: options.cwd,
    env: options.env,
    extendEnv: false,
    preferLocal: false,
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    ...(options.input === undefined ? { stdin: "ignore" } : { stdin: "pipe", input: options.input }),
    stdout: asStdio(options.output?.stdout),
    stderr: asStdio(options.output?.stderr),
  });
  const stdout: Readable = child.stdout ?? Readable.from([]);
  const stderr: Readable = child.stderr ?? Readable.from([]);
  const exited = new Promise<Exit>((resolve) => {
    child.nodeChildProcess.once("exit", (exitCode, signal) => {
      resolve({ ...(exitCode !== null && { exitCode }), ...(signal !== null && { signal }) });
    });
    child.nodeChildProcess.once("error", (error: NodeJS.ErrnoException) => {
      resolve({ failure: { code: error.code ?? "", message: error.message } });
    });
    void child.then((result) => {
      if (child.pid === undefined)
        resolve({ failure: { code: result.code ?? "", message: result.originalMessage ?? result.shortMessage ?? "" } });
    });
  });

  // Signals go to the group by number: `child.kill` reaches the leader alone, and on Deno works only once.
  const signal = (name: "SIGTERM" | "SIGKILL"): void => {
    if (child.pid !== undefined) signalGroup(child.pid, name);
  };

  return {
    pid: child.pid,
    stdout,
    stderr,
    exited,
    async end(grace) {
      signal("SIGTERM");
      const patience = new AbortController();
      await Promise.race([exited, delay(grace, undefined, { signal: patience.signal }).catch(() => undefined)]);
      patience.abort();
      signal("SIGKILL");
      return exited;
    },
    sweepUp() {
      signal("SIGKILL");
      stdout.destroy();
      stderr.destroy();
    },
    leave() {
      child.nodeChildProcess.unref();
      stdout.destroy();
      stderr.destroy();
    },
  };
}

/** execa takes any file descriptor; its types name the first few. */
function asStdio(fd: number | undefined): "pipe" | 3 {
  return (fd as 3 | undefined) ?? "pipe";
}
