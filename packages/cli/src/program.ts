import { readFileSync } from "node:fs";
import { printFault, runCommandLine, usageFault } from "@gastown/host-kit";
import { Argument, Command, type OutputConfiguration } from "commander";
import manifest from "../package.json" with { type: "json" };
import { type Add, declareCommands } from "./declare-commands.ts";
import { asDenial, EXIT, TopicNotFoundError } from "./errors.ts";
import { ASK, givenOptions, isUsedBy, refuseUseless, settingOption, SHELLS } from "./options.ts";
import { createOutput } from "./output.ts";

/** What the exit status says, as the help shows it. */
export const STATUS_HELP = `
Exit status: 0 done, or stopped by SIGTERM; 130 by SIGINT; 1 failure; 2 usage;
3 findings (check --dry-run, doctor); 4 another watcher holds this town.`;

/** Pages that are shipped with the program, by the name under which `help` prints them, and where they are in docs/. */
export const HELP_TOPICS: Readonly<Record<string, string>> = {
  errors: "errors.md",
  hooks: "guides/hooks.md",
  "merge-gate": "guides/merge-gate.md",
  records: "reference/records.md",
  settings: "reference/settings.md",
  deno: "guides/deno.md",
};

const MORE_HELP = `
Settings:    settings/convoy-watcher.json in the town; see convoy-cli config
Environment: GT_TOWN_ROOT or GT_ROOT name the town outside of one; NO_COLOR
Pages:       convoy-cli help ${Object.keys(HELP_TOPICS).join(", ")}
Always on:   gastown plugins enable convoy-watcher`;

/** The whole command line. Commands are imported when they are run, so that `--help` loads nothing heavy. */
export function createProgram(exit: (status: number) => void): Command {
  const program: Command = new Command("convoy-cli")
    .description("Closes every convoy of a Gas Town within a second of its last tracked issue.")
    .version(manifest.version)
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
    .configureOutput(faultsOf("convoy-cli"))
    .exitOverride()
    .addHelpText("after", `${STATUS_HELP}\n${MORE_HELP}`)
    .helpCommand(false)
    .hook("preAction", (_program, command) => refuseUseless(program, command));

  const add: Add = (name, description, examples, load) => {
    const command = program.command(name, { hidden: name.startsWith("__") }).description(description);
    command.action(async (...given: unknown[]) => {
      const run = (await load()) as (...given: unknown[]) => number | Promise<number>;
      // What commander gives: the operands, the options of this command alone, and the command.
      exit(await run(...given.slice(0, -2), givenOptions(command)));
    });
    if (examples.length > 0) {
      const lines = examples.map(([line, what]) => `  # ${what}\n  ${line}`);
      command.configureOutput(faultsOf(`convoy-cli ${name}`)).addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
    }
    EXAMPLES.set(command, examples);
    return command;
  };
  declareCommands(add);
  declareHelp(program, add);
  return program;
}

/** The commands about the command line itself. */
function declareHelp(program: Command, add: Add): void {
  add(
    "completion",
    "Print a script that completes commands, flags and convoy ids in a shell.",
    [
      ['eval "$(convoy-cli completion bash)"', "in ~/.bashrc"],
      ['convoy-cli completion zsh > "${fpath[1]}/_convoy-cli"', "for zsh, once"],
      ["convoy-cli completion fish > ~/.config/fish/completions/convoy-cli.fish", "for fish, once"],
    ],
    async () => (await import("./commands/completion.ts")).completionCommand,
  ).addArgument(new Argument("<shell>", "the shell").choices(SHELLS));

  // What the scripts call back.
  add(ASK, "", [], async () => {
    const { answerCommand } = await import("./commands/completion.ts");
    return (words: readonly string[]) => answerCommand(program, words);
  }).argument("[words...]");

  const topics = Object.keys(HELP_TOPICS).join(", ");
  add("help", `Show help for a command, or a page: ${topics}.`, [], async () => (topic: string | undefined) => {
    const command = topic === undefined ? program : program.commands.find((one) => one.name() === topic);
    return command === undefined ? helpCommand(topic ?? "") : command.help();
  }).argument("[topic]", "a command or a page");
}

/** Prints a page of the documentation; `build.mjs` puts it beside the program. */
function helpCommand(topic: string): number {
  if (!Object.hasOwn(HELP_TOPICS, topic)) throw new TopicNotFoundError(topic, Object.keys(HELP_TOPICS));
  process.stdout.write(readFileSync(new URL(`./help/${topic}.md`, import.meta.url), "utf8"));
  return EXIT.done;
}

/** The examples of a command, as its help and the man page show them. */
export function examplesOf(command: Command): Parameters<Add>[2] {
  return EXAMPLES.get(command) ?? [];
}

const EXAMPLES = new WeakMap<Command, Parameters<Add>[2]>();

function faultsOf(line: string): OutputConfiguration {
  return { outputError: (text, write) => write(usageFault(text, `${line} --help`, KNOWN_GUESSES)) };
}

/** What people type who know other programs, and what it is called here. */
const KNOWN_GUESSES: readonly (readonly [RegExp, string])[] = [
  [/unknown option '--once'/, "`convoy-cli check` sweeps once"],
  [/unknown command 'version'/, "did you mean --version?"],
  [/unknown command '(start|run|follow)'/, "did you mean watch?"],
  [/unknown command 'show'/, "did you mean status?"],
];

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
