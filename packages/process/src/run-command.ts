import { setTimeout as delay } from "node:timers/promises";
import { createTail, joined, openOutputFiles, type OutputPlace } from "./output-files.ts";
import { type Exit, startGroup } from "./process-group.ts";

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
