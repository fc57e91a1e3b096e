import { usageFault } from "@gastown/host-kit";
import { Command, Option } from "commander";
import { VERSION } from "../version.ts";
import type { EnableOptions } from "./enable.ts";
import { SUPERVISORS } from "./supervisors/supervisor.ts";

export interface CommonOptions {
  readonly town?: string;
  readonly json?: true;
}

export interface Handlers {
  list(options: CommonOptions): Promise<number>;
  enable(name: string, options: CommonOptions & Partial<Pick<EnableOptions, "supervisor" | "force">>): Promise<number>;
  restart(name: string, options: CommonOptions): Promise<number>;
  disable(name: string, options: CommonOptions & { readonly purge?: true }): Promise<number>;
  status(name: string | undefined, options: CommonOptions & { readonly exitCode?: true }): Promise<number>;
  logs(name: string, options: CommonOptions & { readonly follow?: true }): Promise<number>;
  events(options: CommonOptions & { readonly follow?: true }): Promise<number>;
}

export type RunFlags = CommonOptions & { readonly quiet?: true };

const STATUS_HELP = `
Exit status: 0 done; 1 failure; 2 usage; 3 not running (status); 4 another process
holds the town. \`run\`: 0 stopped by SIGTERM, 130 by SIGINT.`;

/** The whole command line. */
export function createProgram(
  load: () => Promise<Handlers>,
  run: (names: readonly string[], options: RunFlags) => Promise<number>,
  exit: (status: number) => void,
): Command {
  const program = new Command("gastown")
    .description("Plugins that look after a Gas Town.")
    .version(VERSION)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: (text, write) => write(usageFault(text, "gastown plugins --help")) })
    .exitOverride();
  const plugins = program
    .command("plugins")
    .description("Adds plugins that `gt plugin list` can see, and keeps them running.")
    .addHelpText("after", STATUS_HELP);

  const add = (name: string, description: string, examples: readonly string[]): Command =>
    plugins
      .command(name)
      .description(description)
      .option("--town <dir>", "root of the town (default: the one around the working directory)")
      .option("--json", "for programs: one JSON document")
      .addHelpText("after", `\nExamples:\n${examples.map((line) => `  ${line}`).join("\n")}`);

  add("list", "The plugins that are installed.", ["gastown plugins list", "gastown plugins list --json"]).action(
    async (options: CommonOptions) => exit(await (await load()).list(options)),
  );
  add("enable <name>", "Has gt see a plugin, and a process run it. May be repeated.", [
    "gastown plugins enable convoy-watcher",
    "gastown plugins enable convoy-watcher --town ~/gt --supervisor detached",
  ])
    .addOption(
      new Option("--supervisor <name>", "who keeps the process running; by default the best there is").choices(
        SUPERVISORS,
      ),
    )
    .option("--force", "put a plugin directory aside that is not ours")
    .action(async (name: string, options: CommonOptions) => exit(await (await load()).enable(name, options)));
  add("restart <name>", "Has another process run a plugin: after an upgrade, or when in doubt.", [
    "gastown plugins restart convoy-watcher",
  ]).action(async (name: string, options: CommonOptions) => exit(await (await load()).restart(name, options)));
  add("disable <name>", "Stops a plugin, and takes it from gt. Its log, state and settings stay.", [
    "gastown plugins disable convoy-watcher",
    "gastown plugins disable convoy-watcher --purge",
  ])
    .option("--purge", "remove its log and state, too")
    .action(async (name: string, options: CommonOptions) => exit(await (await load()).disable(name, options)));
  add("status [name]", "How a plugin is doing; without a name, all of them. Exit status 3 when one is not running.", [
    "gastown plugins status",
    "gastown plugins status convoy-watcher --json",
    "gastown plugins status convoy-watcher --exit-code",
  ])
    .option("--exit-code", "exit status 3 also where a running one has something to remark")
    .action(async (name: string | undefined, options: CommonOptions) =>
      exit(await (await load()).status(name, options)),
    );
  add("logs <name>", "Prints the log of a plugin, also of one that is not running.", [
    "gastown plugins logs convoy-watcher -f",
  ])
    .option("-f, --follow", "go on with what comes")
    .action(async (name: string, options: CommonOptions) => exit(await (await load()).logs(name, options)));
  add("run <name...>", "Runs plugins in the foreground: the process that supervisors start.", [
    "gastown plugins run convoy-watcher --town ~/gt",
    "gastown plugins run convoy-watcher stale-mail    # both in one process: they hear each other's events",
  ])
    .option("-q, --quiet", "write the log to its file alone")
    .action(async (names: readonly string[], options: RunFlags) => exit(await run(names, options)));
  program
    .command("events")
    .description("What the plugins of a town have told: landed and stuck convoys, and whatever else.")
    .option("--town <dir>", "root of the town (default: the one around the working directory)")
    .option("--json", "for programs: one JSON object a line, as it was written")
    .option("-f, --follow", "go on with what comes")
    .addHelpText(
      "after",
      "\nExamples:\n  gastown events --follow\n  gastown events --json | jq 'select(.type == \"convoy.landed\")'",
    )
    .action(async (options: CommonOptions) => exit(await (await load()).events(options)));
  return program;
}
