import type { Command } from "commander";
import { HELP_TOPICS } from "./help-topics.ts";

/** `help`: of a command, or a page of the documentation, which users who installed the program do not have otherwise. */
export function declareHelp(program: Command, exit: (status: number) => void): void {
  program
    .command("help")
    .description(`Show help for a command, or a page: ${Object.keys(HELP_TOPICS).join(", ")}.`)
    .argument("[topic]", "a command or a page")
    .action(async (topic: string | undefined) => {
      const command = program.commands.find((one) => one.name() === topic);
      if (topic === undefined || command !== undefined) return (command ?? program).help();
      const { helpCommand } = await import("./commands/help.ts");
      return exit(helpCommand(topic));
    });
}
