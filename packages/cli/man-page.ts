import type { Command, Option } from "commander";
import { examplesOf, STATUS_HELP } from "./src/program.ts";

/** The man page, made from what `--help` is made from. */
export function manPage(program: Command): string {
  const commands = program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== "help");
  return [
    `.TH CONVOY-CLI 1 "" "" "Gas Town"`,
    ".ad l",
    ".nh",
    ".SH NAME",
    `convoy\\-cli \\- ${roff(lower(program.description()))}`,
    ".SH SYNOPSIS",
    ...commands.map((command) => `.B convoy\\-cli ${roff(command.name())}\n${roff(command.usage())}\n.br`),
    ".SH OPTIONS OF EVERY COMMAND",
    ...program.options.map(optionLines),
    ".SH COMMANDS",
    ...commands.flatMap(commandLines),
    ".SH EXIT STATUS",
    roff(
      STATUS_HELP.replace(/\s+/g, " ")
        .trim()
        .replace(/^Exit status: /, ""),
    ),
    ".SH FILES",
    ...definition("<town>/settings/convoy-watcher.json", "settings of watch and check; flags win over them"),
    ...definition("<town>/.runtime/convoy-watcher/", "the watcher's own files: its lock and its status"),
    ".SH ENVIRONMENT",
    ...definition("GT_TOWN_ROOT, GT_ROOT", "root of the town, when the working directory is in none"),
    ...definition("NO_COLOR", "no colour"),
    "",
  ].join("\n");
}

function commandLines(command: Command): string[] {
  const examples = examplesOf(command).flatMap(([line, what]) => [
    ".PP",
    `${roff(what)}:`,
    ".PP",
    ".nf",
    `.RS 4`,
    roff(line),
    ".RE",
    ".fi",
  ]);
  return [`.SS ${roff(command.name())}`, roff(command.description()), ...command.options.map(optionLines), ...examples];
}

function optionLines(option: Option): string {
  const byDefault = option.defaultValueDescription === undefined ? "" : ` (default: ${option.defaultValueDescription})`;
  return definition(option.flags, `${option.description}${byDefault}`).join("\n");
}

function definition(term: string, text: string): string[] {
  return [".TP", `.B ${roff(term)}`, roff(text)];
}

function lower(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1).replace(/\.$/, "");
}

/** Text as roff wants it: no line begins with a control character, and hyphens can be copied as such. */
function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("'", "\\(aq").replace(/^\./gm, "\\&.");
}
