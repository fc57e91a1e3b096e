import { setTimeout as delay } from "node:timers/promises";
import { openOutputFiles } from "./output-files.ts";
import { type Exit, startGroup } from "./process-group.ts";
import { createTail } from "./tail.ts";

const OUTPUT_LIMIT = 4096;
const DRAIN = 50;

/** How a command is run. */
export interface CommandOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds until the command, and all it started, is ended. */
  readonly timeout: number;
  /** Ends the command, and all it started, at once. */
  readonly signal: AbortSignal;
  /** What it reads from its stdin; nothing by default. */
  readonly input?: string;
  /** Milliseconds between SIGTERM and SIGKILL; 2000 by default. */
  readonly grace?: number;
  /** Its output goes to files in this directory, so that it works on when this process is killed; else to pipes. */
  readonly outputDir?: string | undefined;
}

/** How a command ended, and what it said. */
export interface CommandOutcome extends Exit {
  /** It was ended because its time was over. */
  readonly timedOut: boolean;
  /** The last 4 KiB of stdout and of stderr, whole lines of either apart from those of the other. */
  readonly output: string;
}

/** Runs a command to its end, however it ends. Never rejects, and leaves no process of its group behind. */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandOutcome> {
  const files = options.outputDir === undefined ? undefined : openOutputFiles(options.outputDir, OUTPUT_LIMIT);
  const group = startGroup(file, args, { ...options, output: files });
  const stdout = createTail(OUTPUT_LIMIT);
  const stderr = createTail(OUTPUT_LIMIT);
  group.stdout.on("data", stdout.push).on("error", ignore);
  group.stderr.on("data", stderr.push).on("error", ignore);
  let timedOut = false;
  const stop = (): void => void group.end(options.grace ?? 2000);
  const timer = setTimeout(() => {
    timedOut = true;
    stop();
  }, options.timeout);
  options.signal.addEventListener("abort", stop, { once: true });
  if (options.signal.aborted) stop();
  try {
    const exit = await group.exited;
    await Promise.race([Promise.all([drained(group.stdout), drained(group.stderr)]), delay(DRAIN)]);
    const said = files?.texts() ?? [stdout.text(), stderr.text()];
    return { ...exit, timedOut, output: said.filter((text) => text !== "").join("\n") };
  } finally {
    files?.close();
    clearTimeout(timer);
    options.signal.removeEventListener("abort", stop);
    group.sweepUp();
  }
}

function drained(stream: NodeJS.ReadableStream & { readonly closed: boolean }): Promise<void> {
  return stream.closed ? Promise.resolve() : new Promise((resolve) => void stream.once("close", resolve));
}

function ignore(): void {}
