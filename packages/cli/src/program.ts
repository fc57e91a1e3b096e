import { usageFault } from "@gastown/host-kit";
import { Command } from "commander";
import type { DemoOptions } from "./commands/demo.ts";
import type { WatchOptions } from "./commands/watch.ts";
import { declareCompletion } from "./declare-completion.ts";
import { declareHelp } from "./declare-help.ts";
import { type Add, declareReading } from "./declare-reading.ts";
import { addCommand } from "./examples.ts";
import { HELP_TOPICS } from "./help-topics.ts";
import {
  demoStoreOption,
  dryRunOption,
  isUsedBy,
  landingOptions,
  refuseUseless,
  settingOption,
  settingOptions,
  timeOption,
} from "./options.ts";
import { VERSION } from "./version.ts";

/** What the exit status says, as the help shows it. */
export const STATUS_HELP = `
Exit status: 0 done, or stopped by SIGTERM; 130 by SIGINT; 1 failure; 2 usage;
3 findings (check --dry-run, doctor); 4 another watcher holds this town.`;

const MORE_HELP = `
Settings:    settings/convoy-watcher.json in the town; see convoy-cli config
Environment: GT_TOWN_ROOT or GT_ROOT name the town outside of one; NO_COLOR
Pages:       convoy-cli help ${Object.keys(HELP_TOPICS).join(", ")}
Always on:   gastown plugins enable convoy-watcher`;

/** The whole command line. Commands are imported when they are run, so that `--help` loads nothing heavy. */
export function createProgram(exit: (status: number) => void): Command {
  const program: Command = new Command("convoy-cli")
    .description("Closes every convoy of a Gas Town within a second of its last tracked issue.")
    .version(VERSION)
    .option("--town <dir>", "root of the town (default: the one around the working directory)")
    .addOption(settingOption("bd"))
    .addOption(settingOption("gt"))
    .addOption(settingOption("driver"))
    .addOption(settingOption("gate"))
    .option(
      "--json",
      "JSON output: an object per line from watch, check, wait, log and demo, one document from the rest",
    )
    .option("-q, --quiet", "only landings and problems; list prints ids only")
    .option("-v, --verbose", "print everything")
    .option("--no-color", "no colour (or set NO_COLOR)")
    .configureHelp({
      showGlobalOptions: true,
      visibleGlobalOptions: (command) =>
        command === program ? [] : program.options.filter((option) => isUsedBy(option, command.name())),
    })
    .configureOutput({ outputError: (text, write) => write(usageFault(text, "convoy-cli --help", KNOWN_GUESSES)) })
    .exitOverride()
    .addHelpText("after", `${STATUS_HELP}\n${MORE_HELP}`)
    .helpCommand(false)
    .hook("preAction", (_program, command) => refuseUseless(program, command));
  const add: Add = (name, description, examples) =>
    addCommand(program, name, description, examples).configureOutput({
      outputError: (text, write) => write(usageFault(text, `convoy-cli ${name} --help`, KNOWN_GUESSES)),
    });

  const watch = add("watch", "Sweep the town, then watch it and land convoys until stopped.", [
    ["convoy-cli watch", "watch this town"],
    ["convoy-cli watch --json | jq -r 'select(.event == \"landed\").title'", "print titles as convoys land"],
    ["convoy-cli watch --dry-run --source db", "show what would be done, from the database files only"],
  ])
    .addOption(timeOption)
    .option("--log-file <path>", "also log to this file, with dates; rotated to PATH.1 at 10 MB")
    .addOption(dryRunOption)
    .action(async (_options: unknown, command: Command) => {
      const { watchCommand } = await import("./commands/watch.ts");
      exit(await watchCommand(landingOptions<WatchOptions>(command)));
    });
  for (const option of [...settingOptions("watch"), ...settingOptions("watch and check")]) watch.addOption(option);

  const check = add("check", "Sweep once, all open convoys or only these, then exit.", [
    ["convoy-cli check", "land whatever is complete"],
    ["convoy-cli check --dry-run", "exit 3 if a complete convoy is still open"],
    ["convoy-cli check hq-cv-5kpzs --json", "one convoy, as JSON"],
  ])
    .argument("[convoy...]", "ids of convoys")
    .addOption(dryRunOption)
    .action(async (convoys: string[], _options: unknown, command: Command) => {
      const { checkCommand } = await import("./commands/check.ts");
      exit(await checkCommand(convoys, landingOptions(command)));
    });
  for (const option of settingOptions("watch and check")) check.addOption(option);

  add("demo", "Show it all on a throw-away town: real databases, stand-in bd and gt.", [
    ["convoy-cli demo", "what it does, in under a minute"],
    ["convoy-cli demo --json", "the same, as JSON"],
    ["convoy-cli demo --store dolt", "the same town on a Dolt server; needs dolt on PATH"],
  ])
    .option("--fast", "do not pause for reading")
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

/** What people type who know other programs, and what it is called here. */
const KNOWN_GUESSES: readonly (readonly [RegExp, string])[] = [
  [/unknown option '--once'/, "`convoy-cli check` sweeps once"],
  [/unknown command 'version'/, "did you mean --version?"],
  [/unknown command '(start|run|follow)'/, "did you mean watch?"],
  [/unknown command 'show'/, "did you mean status?"],
];
