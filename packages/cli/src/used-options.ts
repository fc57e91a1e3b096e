import type { Command, Option } from "commander";

/** Options that a command has no use for: they are neither in its help nor accepted. */
const USELESS: Readonly<Record<string, readonly string[]>> = {
  demo: ["town", "bd", "gt", "gate"],
  list: ["bd", "gt"],
  status: ["bd", "gt", "quiet"],
  why: ["bd", "gt", "quiet"],
  wait: ["bd", "gt", "gate"],
  log: ["bd", "gt", "driver", "gate", "quiet"],
  config: ["quiet"],
  completion: ["town", "bd", "gt", "driver", "gate", "json", "quiet"],
  help: ["town", "bd", "gt", "driver", "gate", "json", "quiet"],
};

/** Whether an option of the program means something to this command. */
export function isUsedBy(option: Option, command: string): boolean {
  return !(USELESS[command] ?? []).includes(option.attributeName());
}

/** Ends with an error of usage when an option was given that would be ignored. */
export function refuseUseless(program: Command, command: Command): void {
  for (const option of program.options) {
    const given = program.getOptionValueSource(option.attributeName()) === "cli";
    if (given && !isUsedBy(option, command.name()))
      command.error(`error: ${command.name()} does not take '${option.flags}'`);
  }
}
