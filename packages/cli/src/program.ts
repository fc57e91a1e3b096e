import { printable } from "@gastown/convoy-core";
import { Command } from "commander";
import type { DemoOptions } from "./commands/demo.ts";
import type { WatchOptions } from "./commands/watch.ts";
import { declareCompletion } from "./declare-completion.ts";
import { declareHelp } from "./declare-help.ts";
import { type Add, declareReading } from "./declare-reading.ts";
import { addCommand } from "./examples.ts";
import { demoStoreOption, dryRunOption, landingOptions, settingOption, settingOptions, timeOption } from "./options.ts";
import { isUsedBy, refuseUseless } from "./used-options.ts";
import { VERSION } from "./version.ts";

/** What the exit status says, as the help shows it. */
export const STATUS_HELP = `
Exit status: 0 done, or stopped by SIGTERM; 130 by SIGINT; 1 failure; 2 usage;
3 findings (check --dry-run, doctor); 4 another watcher holds this town.`;

/** The whole command line. Commands are imported when they are run, so that `--help` loads nothing heavy. */
export function createProgram(exit: (status: number) => void): Command {
  const program: Command = new Command("convoy-cli")
    .description("Closes every convoy of a Gas Town within a second of its last tracked issue.")
    .version(VERSION)
    .option("--town <dir>", "root of the town; by default the one around the working directory")
    .addOption(settingOption("bd"))
    .addOption(settingOption("gt"))
    .addOption(settingOption("driver"))
    .addOption(settingOption("gate"))
    .option("--json", "for programs: watch, check and demo print an object a line, the others one document")
    .option("-q, --quiet", "only what landed, and what went wrong; list prints ids alone")
    .option("-v, --verbose", "everything")
    .option("--no-color", "no colour; NO_COLOR does the same")
    .configureHelp({
      showGlobalOptions: true,
      visibleGlobalOptions: (command) => program.options.filter((option) => isUsedBy(option, command.name())),
    })
    .configureOutput({ outputError: (text, write) => write(asFault(text, "convoy-cli --help")) })
    .exitOverride()
    .addHelpText("after", STATUS_HELP)
    .helpCommand(false)
    .hook("preAction", (_program, command) => refuseUseless(program, command));
  const add: Add = (name, description, examples) =>
    addCommand(program, name, description, examples).configureOutput({
      outputError: (text, write) => write(asFault(text, `convoy-cli ${name} --help`)),
    });

  const watch = add("watch", "Sweep, then follow the town until told to stop.", [
    ["convoy-cli watch", "watch the town around you"],
    ["convoy-cli watch --json | jq -r 'select(.event == \"landed\").title'", "titles, as convoys land"],
    ["convoy-cli watch --dry-run --source db", "see what would be done, from the database files alone"],
  ])
    .addOption(timeOption)
    .option("--log-file <path>", "keep everything in this file, too, dated; at 10 MB it becomes PATH.1")
    .addOption(dryRunOption)
    .action(async (_options: unknown, command: Command) => {
      const { watchCommand } = await import("./commands/watch.ts");
      exit(await watchCommand(landingOptions<WatchOptions>(command)));
    });
  for (const option of [...settingOptions("watch"), ...settingOptions("watch and check")]) watch.addOption(option);

  const check = add("check", "One sweep of all open convoys, or of these; then exit.", [
    ["convoy-cli check", "land whatever is complete"],
    ["convoy-cli check --dry-run", "exit 3 when a complete convoy is still open"],
    ["convoy-cli check hq-cv-5kpzs --json", "one convoy, for a program"],
  ])
    .argument("[convoy...]", "ids of convoys")
    .addOption(dryRunOption)
    .action(async (convoys: string[], _options: unknown, command: Command) => {
      const { checkCommand } = await import("./commands/check.ts");
      exit(await checkCommand(convoys, landingOptions(command)));
    });
  for (const option of settingOptions("watch and check")) check.addOption(option);

  add("demo", "The whole thing on a throw-away town: real databases, stand-in bd and gt.", [
    ["convoy-cli demo", "see what it is for, within a minute"],
    ["convoy-cli demo --json", "the same as records"],
    ["convoy-cli demo --store dolt", "the same town on a Dolt server; needs dolt on PATH"],
  ])
    .option("--fast", "no pauses for reading")
    .addOption(demoStoreOption)
    .action(async (_options: unknown, command: Command) => {
      const { demoCommand } = await import("./commands/demo.ts");
      exit(await demoCommand(command.optsWithGlobals<DemoOptions>()));
    });

  declareReading(add, exit);
  declareCompletion(program, add, exit);
  declareHelp(program, exit);
  return program;
}

/** Commander's `error: …` in the two lines that every fault has here. */
function asFault(text: string, help: string): string {
  const [first = "", ...rest] = text.trim().split("\n");
  const guess = /\(Did you mean (.+)\?\)/.exec(rest.join(" "))?.[1];
  const hint = guess === undefined ? `see ${help}` : `did you mean ${guess}?`;
  return `Error: ${printable(first.replace(/^error: /, ""))}\nHint: ${hint}\n`;
}
