import type { Command } from "commander";
import { candidatesFor } from "../completion/candidates.ts";
import { SCRIPTS } from "../completion/scripts.ts";
import type { Shell } from "../declare-completion.ts";
import { EXIT } from "../exit-codes.ts";

/** Prints the script for a shell. */
export function completionCommand(shell: Shell): number {
  process.stdout.write(SCRIPTS[shell]);
  return EXIT.done;
}

/** Answers the script of a shell: a candidate a line, with a tab and what it is. Faults are nobody's business here. */
export async function answerCommand(program: Command, words: readonly string[]): Promise<number> {
  try {
    for (const { value, what } of await candidatesFor(program, words)) {
      process.stdout.write(what === "" ? `${value}\n` : `${value}\t${what}\n`);
    }
  } catch {
    // No town, or none that can be read: there is nothing to offer.
  }
  return EXIT.done;
}
