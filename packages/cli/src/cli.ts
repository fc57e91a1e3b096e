import { WatcherError } from "@gastown/convoy-core";
import { CommanderError } from "commander";
import { EXIT } from "./exit-codes.ts";
import { printError } from "./output.ts";
import { createProgram } from "./program.ts";

/** Runs the command line; the exit status is left in `process.exitCode`. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await createProgram((status) => {
      process.exitCode = status;
    }).parseAsync(args, { from: "user" });
  } catch (error) {
    process.exitCode = statusOf(error);
    if (!(error instanceof CommanderError)) printError(error, args.includes("-v") || args.includes("--verbose"));
  }
}

function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  // By its code and not its class: the package of that class is imported by the commands that need it, and by them alone.
  return error instanceof WatcherError && error.code === "town-locked" ? EXIT.locked : EXIT.failure;
}
