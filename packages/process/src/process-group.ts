import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { sendSignal } from "./send-signal.ts";

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
  const signalGroup = (signal: "SIGTERM" | "SIGKILL"): void => {
    if (child.pid === undefined) return;
    try {
      sendSignal(-child.pid, signal);
    } catch {
      // The group is gone, which is what was wanted.
    }
  };

  return {
    pid: child.pid,
    stdout,
    stderr,
    exited,
    async end(grace) {
      signalGroup("SIGTERM");
      const patience = new AbortController();
      await Promise.race([exited, delay(grace, undefined, { signal: patience.signal }).catch(() => undefined)]);
      patience.abort();
      signalGroup("SIGKILL");
      return exited;
    },
    sweepUp() {
      signalGroup("SIGKILL");
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
