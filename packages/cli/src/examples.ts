import type { Command } from "commander";

/** A command line, and what it is for. */
export type Example = readonly [command: string, what: string];

const examples = new WeakMap<Command, readonly Example[]>();

/** The examples of a command, as its help and the man page show them. */
export function examplesOf(command: Command): readonly Example[] {
  return examples.get(command) ?? [];
}

/** Adds a command with its examples. */
export function addCommand(program: Command, name: string, description: string, shown: readonly Example[]): Command {
  const text = shown.map(([line, what]) => `  # ${what}\n  ${line}`).join("\n");
  const command = program.command(name).description(description).addHelpText("after", `\nExamples:\n${text}`);
  examples.set(command, shown);
  return command;
}
