import { WatcherError } from "@gastown/convoy-core";
import { guardOutput, hushSqliteWarning } from "@gastown/host-kit";
import { CommanderError } from "commander";
import { asDenial } from "./errors.ts";
import { EXIT } from "./exit-codes.ts";
import { printError } from "./output.ts";
import { createProgram } from "./program.ts";

/** Runs the command line; the exit status is left in `process.exitCode`. */
export async function main(args: readonly string[]): Promise<void> {
  guardOutput();
  hushSqliteWarning();
  try {
    await createProgram((status) => {
      process.exitCode = status;
    }).parseAsync(args, { from: "user" });
  } catch (error) {
    process.exitCode = statusOf(error);
    if (!(error instanceof CommanderError))
      printError(asDenial(error) ?? error, args.includes("-v") || args.includes("--verbose"));
  }
}

function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof WatcherError && "exit" in error && typeof error.exit === "number") return error.exit;
  // By its code and not its class: the package of that class is imported by the commands that need it, and by them alone.
  return (error instanceof WatcherError ? STATUS_OF[error.code] : undefined) ?? EXIT.failure;
}

const STATUS_OF: Readonly<Record<string, number>> = {
  "town-locked": EXIT.locked,
  "topic-not-found": EXIT.usage,
};
