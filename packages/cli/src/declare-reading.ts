import { type Command, Option } from "commander";
import type { ConfigOptions } from "./commands/config.ts";
import type { ListOptions } from "./commands/list.ts";
import type { LogOptions } from "./commands/log.ts";
import type { StatusOptions } from "./commands/status.ts";
import type { WaitOptions } from "./commands/wait.ts";
import type { Example } from "./examples.ts";
import { type CommonOptions, count, duration } from "./options.ts";

/** Adds a command: name, what it does, three examples of its use. */
export type Add = (name: string, description: string, examples: readonly Example[]) => Command;

/** The commands that only look. They work beside a running watcher, and without bd and gt. */
export function declareReading(add: Add, exit: (status: number) => void): void {
  add("list", "List open convoys and their progress: first what needs attention, then what is closest to landing.", [
    ["convoy-cli list", "every open convoy and what it is waiting on"],
    ["convoy-cli list --stale 2h", "what is not moving"],
    ["convoy-cli list --waiting-on alpha -q", "ids of convoys waiting on a rig"],
  ])
    .option("-a, --all", "include closed convoys")
    .option("--stuck", "only convoys that are complete but still open, or that the watcher could not land")
    .option("--waiting-on <rig>", "only convoys waiting on an issue in this rig (town: the town itself)")
    .option("--rig <rig>", "only convoys that track an issue in this rig")
    .addOption(
      new Option("--stale <time>", "only waiting convoys whose open issues have not changed for this long").argParser(
        (text) => duration(text, Number.POSITIVE_INFINITY),
      ),
    )
    .option("--unassigned", "only convoys waiting on an issue that nobody has")
    .addOption(new Option("--limit <count>", "show at most this many").argParser(count))
    .action(async (_options: unknown, command: Command) => {
      const { listCommand } = await import("./commands/list.ts");
      exit(await listCommand(command.optsWithGlobals<ListOptions>()));
    });

  add("status", "Show the town and its watcher, or one convoy and every issue it tracks.", [
    ["convoy-cli status", "is it watched, and how are the convoys doing?"],
    ["convoy-cli status hq-cv-5kpzs", "one convoy: each issue, its rig, its state and for how long"],
    ["convoy-cli status --short", "`3 open, 1 stuck`, for a prompt"],
  ])
    .argument("[convoy]", "id of a convoy")
    .option("--short", "one short line, for a prompt or a tmux status bar")
    .option("--exit-code", "exit 3 unless a watcher is running and healthy")
    .option("--prometheus", "metrics for node_exporter's textfile collector")
    .action(async (convoy: string | undefined, _options: unknown, command: Command) => {
      const { statusCommand } = await import("./commands/status.ts");
      exit(await statusCommand(convoy, command.optsWithGlobals<StatusOptions>()));
    });

  add("wait", "Wait until convoys have landed, with or without a watcher running.", [
    ["convoy-cli wait hq-cv-5kpzs && deploy", "continue once it has landed"],
    [
      "convoy-cli wait --any --timeout 10m hq-cv-5kpzs hq-cv-c5eco",
      "the first of two, for up to ten minutes; exit 124 if neither lands",
    ],
    ["convoy-cli wait --told hq-cv-5kpzs --json", "until everybody waiting for it has been told, as JSON"],
  ])
    .argument("<convoy...>", "ids of convoys")
    .option("--any", "stop at the first one that lands")
    .addOption(
      new Option("--timeout <time>", "give up after this long (default: never)").argParser((text) => duration(text)),
    )
    .option("--told", "wait until everybody waiting for it has been told, too")
    .addHelpText(
      "after",
      "\nExit status: 0 landed; 1 stuck, or closed with work open (with --told also: not told); 2 no such convoy; 124 timed out.",
    )
    .action(async (convoys: string[], _options: unknown, command: Command) => {
      const { waitCommand } = await import("./commands/wait.ts");
      exit(await waitCommand(convoys, command.optsWithGlobals<WaitOptions>()));
    });

  add("log", "Show what happened to convoys: landed, stuck, closed by somebody else, and who was told.", [
    ["convoy-cli log --since 24h", "the last day"],
    ["convoy-cli log hq-cv-5kpzs", "one convoy"],
    ["convoy-cli log --follow --json | jq -r 'select(.event == \"stuck\").convoy'", "as it happens, as JSON"],
  ])
    .argument("[convoy]", "id of a convoy")
    .addOption(
      new Option("--since <time>", "only what happened within this long (default: all that was kept)").argParser(
        (text) => duration(text, Number.POSITIVE_INFINITY),
      ),
    )
    .option("-f, --follow", "keep printing as things happen")
    .action(async (convoy: string | undefined, _options: unknown, command: Command) => {
      const { logCommand } = await import("./commands/log.ts");
      exit(await logCommand(convoy, command.optsWithGlobals<LogOptions>()));
    });

  add("why", "Explain why a convoy is (not) landing, or which convoys wait on an issue.", [
    ["convoy-cli why hq-cv-5kpzs", "what is it waiting for?"],
    ["convoy-cli why al-9uj", "which convoys wait on this issue?"],
    ["convoy-cli why al-9uj --json | jq -r '.holdsUp[].convoy'", "the same, as JSON"],
  ])
    .argument("<id>", "id of a convoy, or of any issue")
    .action(async (id: string, _options: unknown, command: Command) => {
      const { whyCommand } = await import("./commands/why.ts");
      exit(await whyCommand(id, command.optsWithGlobals<CommonOptions>()));
    });

  add(
    "doctor",
    "Check everything the watcher depends on, with a hint for each problem. Exits 3 if something is wrong.",
    [
      ["convoy-cli doctor", "runtime, town, databases, routes, bd, gt, daemons, watcher, convoys"],
      ["convoy-cli doctor -q", "only problems: silence means all is well"],
      ["convoy-cli doctor --json | jq '.checks[] | select(.level == \"wrong\")'", "problems, as JSON"],
    ],
  ).action(async (_options: unknown, command: Command) => {
    const { doctorCommand } = await import("./commands/doctor.ts");
    exit(await doctorCommand(command.optsWithGlobals<CommonOptions>()));
  });

  add("config", "Show the settings in force, where each one comes from, and which file to edit.", [
    ["convoy-cli config", "what applies in this town, and why"],
    ["convoy-cli config --schema > settings/convoy-watcher.schema.json", "let an editor check the file"],
    [
      "convoy-cli config --json | jq -r '.settings[] | select(.from == \"settings\").key'",
      "what this town has changed",
    ],
  ])
    .option("--schema", "print a JSON Schema for the file instead")
    .action(async (_options: unknown, command: Command) => {
      const { configCommand } = await import("./commands/config.ts");
      exit(await configCommand(command.optsWithGlobals<ConfigOptions>()));
    });
}
