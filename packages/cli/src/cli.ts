import { printFault, runCommandLine } from "@gastown/host-kit";
import { asDenial } from "./errors.ts";
import { createOutput } from "./output.ts";
import { createProgram } from "./program.ts";

/** Runs the command line; the exit status is left in `process.exitCode`. */
export function main(args: readonly string[]): Promise<void> {
  return runCommandLine(args, createProgram, (error) => {
    printFault(asDenial(error) ?? error, {
      hint: "this is a fault of convoy-cli: run it again with -v, and report what it prints",
      verbose: args.includes("-v") || args.includes("--verbose"),
      write: createOutput(false).err,
    });
  });
}
