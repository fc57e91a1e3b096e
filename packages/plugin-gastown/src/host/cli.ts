import { messageOf, printable, WatcherError } from "@gastown/convoy-core";
import { guardOutput, hushSqliteWarning, keepHeapSmall, takeSignals } from "@gastown/host-kit";
import { CommanderError } from "commander";
import { createProgram, type Handlers, type RunFlags } from "./program.ts";

/** Runs the command line; the exit status is left in `process.exitCode`. */
export async function main(args: readonly string[]): Promise<void> {
  guardOutput();
  hushSqliteWarning();
  const load = async (): Promise<Handlers> => (await import("./handlers.ts")).handlers;
  try {
    await createProgram(load, runPlugins, (status) => {
      process.exitCode = status;
    }).parseAsync(args, { from: "user" });
  } catch (error) {
    process.exitCode = statusOf(error);
    if (!(error instanceof CommanderError)) printFault(error);
  }
}

/** The process that stays: it loads what runs plugins, keeps its heap small, and knows nothing of the other commands. */
async function runPlugins(names: readonly string[], { town, quiet }: RunFlags): Promise<number> {
  keepHeapSmall();
  const { run } = await import("./run.ts");
  const echo = (line: string): void => void process.stderr.write(`${line}\n`);
  return run(names, { town, signals: takeSignals(), ...(quiet ? {} : { echo }) });
}

function printFault(error: unknown): void {
  const hint = error instanceof WatcherError ? error.hint : "this is a fault of gastown: please report it";
  process.stderr.write(`Error: ${printable(messageOf(error), 2_000)}\nHint: ${printable(hint, 2_000)}\n`);
  if (!(error instanceof WatcherError) && error instanceof Error) process.stderr.write(`${error.stack}\n`);
}

function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof WatcherError && "exitCode" in error && typeof error.exitCode === "number") return error.exitCode;
  return error instanceof WatcherError && error.code === "town-locked" ? 4 : 1;
}
