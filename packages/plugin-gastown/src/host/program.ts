import { printable } from "@gastown/convoy-core";
import { takeSignals, usageFault } from "@gastown/host-kit";
import { Command, Option } from "commander";
import type { Enabled } from "./enable.ts";
import { VERSION } from "./packages.ts";
import { SUPERVISORS, type SupervisorName } from "./supervisors/supervisor.ts";

interface CommonOptions {
  readonly town?: string;
  readonly json?: true;
}

type EnableFlags = CommonOptions & {
  readonly supervisor?: SupervisorName;
  readonly force?: true;
  readonly printUnit?: true;
};

type Follow = CommonOptions & { readonly follow?: true };

export type RunFlags = CommonOptions & { readonly quiet?: true };

const STATUS_HELP = `
Exit status: 0 done; 1 failure; 2 usage; 3 not running (status); 4 another process
holds the town. \`run\`: 0 stopped by SIGTERM, 130 by SIGINT.`;

const { env } = process;

/** The whole command line. What a command needs is loaded when it is run. */
export function createProgram(
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
    async ({ town, json }: CommonOptions) => {
      const { list, listText } = await import("./status.ts");
      print(list(town), json, ({ plugins: listed }) => listed.map(listText));
    },
  );

  add("enable <name>", "Has gt see a plugin, and a process run it. May be repeated.", [
    "gastown plugins enable convoy-watcher",
    "gastown plugins enable convoy-watcher --town ~/gt --supervisor detached",
    "gastown plugins enable convoy-watcher --print-unit    # what it would install; nothing is done",
  ])
    .addOption(
      new Option("--supervisor <name>", "who keeps the process running; by default the best there is").choices(
        SUPERVISORS,
      ),
    )
    .option("--force", "put a plugin directory aside that is not ours")
    .option("--print-unit", "only print the unit of systemd, or the agent of launchd, that would be installed")
    .action(async (name: string, { json, printUnit, ...options }: EnableFlags) => {
      const { enable, enabledText, unitOf } = await import("./enable.ts");
      if (!printUnit)
        return exit(
          await interruptible(async (signal) =>
            print(await enable(name, { ...options, env, signal }), json, enabledText),
          ),
        );
      print(await unitOf(name, { ...options, env }), json, ({ text }) => text.trimEnd().split("\n").map(forTerminal));
    });

  add("restart <name>", "Has another process run a plugin: after an upgrade, or when in doubt.", [
    "gastown plugins restart convoy-watcher",
  ]).action(async (name: string, { town, json }: CommonOptions) => {
    const { enabledText, restart } = await import("./enable.ts");
    const restarted = (signal: AbortSignal): Promise<Enabled> => restart(name, { town, env, signal });
    exit(await interruptible(async (signal) => print(await restarted(signal), json, enabledText)));
  });

  add("disable <name>", "Stops a plugin, and takes it from gt. Its log, state and settings stay.", [
    "gastown plugins disable convoy-watcher",
    "gastown plugins disable convoy-watcher --purge",
  ])
    .option("--purge", "remove its log and state, too")
    .action(async (name: string, { json, ...options }: CommonOptions & { readonly purge?: true }) => {
      const { disable, disabledText } = await import("./disable.ts");
      exit(
        await interruptible(async (signal) =>
          print(await disable(name, { ...options, env, signal }), json, disabledText),
        ),
      );
    });

  add("status [name]", "How a plugin is doing; without a name, all of them. Exit status 3 when one is not running.", [
    "gastown plugins status",
    "gastown plugins status convoy-watcher --json",
    "gastown plugins status convoy-watcher --exit-code",
  ])
    .option("--exit-code", "exit status 3 also where a running one has something to remark")
    .action(async (name: string | undefined, { town, json, exitCode }: StatusFlags) => {
      const { areWell, status, statusesText } = await import("./status.ts");
      const all = await status(name, { town, env });
      const asked = name === undefined ? all.filter(({ enabled, running }) => enabled || running) : all;
      print(name === undefined ? all : all[0], json, () => statusesText(all, asked));
      exit(areWell(asked, exitCode === true) ? 0 : 3);
    });

  add("logs <name>", "Prints the log of a plugin, also of one that is not running.", [
    "gastown plugins logs convoy-watcher -f",
  ])
    .option("-f, --follow", "go on with what comes")
    .action(async (name: string, options: Follow) => {
      const { logs } = await import("./logs.ts");
      for await (const line of logs(name, { ...options, signal: takeSignals().stop })) out(line);
    });

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
    .action(async (options: Follow) => {
      const { events } = await import("./logs.ts");
      for await (const line of events({ ...options, signal: takeSignals().stop })) out(line);
    });
  return program;
}

type StatusFlags = CommonOptions & { readonly exitCode?: true };

const out = (line: string): void => void process.stdout.write(`${line}\n`);

function print<T>(result: T, json: true | undefined, text: (result: T) => readonly string[]): void {
  if (json) out(JSON.stringify(result, undefined, 2));
  else text(result).forEach(out);
}

/** A file that may be meant for another file stays as it is. */
function forTerminal(line: string): string {
  return process.stdout.isTTY ? printable(line, 10_000) : line;
}

/** Runs what a signal may interrupt: what was done so far stays, and another call goes on from there. */
async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<number> {
  const signals = takeSignals();
  try {
    await work(signals.stop);
    return 0;
  } catch (error) {
    if (signals.reason() === undefined) throw error;
    process.stderr.write(`Error: interrupted by ${signals.reason()}\nHint: run it again: it goes on from there\n`);
    return signals.exitCode() || 1;
  }
}
