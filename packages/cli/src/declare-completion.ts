import { Argument, type Command } from "commander";
import type { Add } from "./declare-reading.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** The command that the completions of a shell ask; not for people. */
export const ASK = "__complete";

/** `completion`, and what the scripts that it prints call back. */
export function declareCompletion(program: Command, add: Add, exit: (status: number) => void): void {
  add("completion", "Print a script that completes commands, flags and convoy ids in a shell.", [
    ['eval "$(convoy-cli completion bash)"', "in ~/.bashrc"],
    ['convoy-cli completion zsh > "${fpath[1]}/_convoy-cli"', "for zsh, once"],
    ["convoy-cli completion fish > ~/.config/fish/completions/convoy-cli.fish", "for fish, once"],
  ])
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .action(async (shell: Shell) => {
      const { completionCommand } = await import("./commands/completion.ts");
      exit(completionCommand(shell));
    });

  program
    .command(ASK, { hidden: true })
    .argument("[words...]")
    .action(async (words: string[]) => {
      const { answerCommand } = await import("./commands/completion.ts");
      exit(await answerCommand(program, words));
    });
}
