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
  add("list", "Open convoys with their progress: what needs a look first, then those nearest to landing.", [
    ["convoy-cli list", "every open convoy, and what it waits on"],
    ["convoy-cli list --stale 2h", "what does not move"],
    ["convoy-cli list --waiting-on alpha -q", "ids of the convoys that wait on a rig"],
  ])
    .option("-a, --all", "closed ones, too")
    .option("--stuck", "only those that are complete and still open, or that the watcher could not land")
    .option("--waiting-on <rig>", "only those that wait on an issue of this rig (town: the town itself)")
    .option("--rig <rig>", "only those that track an issue of this rig")
    .addOption(
      new Option(
        "--stale <time>",
        "only those that wait, and of whose open issues none has changed for this long",
      ).argParser((text) => duration(text, Number.POSITIVE_INFINITY)),
    )
    .option("--unassigned", "only those that wait on an issue that nobody has")
    .addOption(new Option("--limit <count>", "at most so many").argParser(count))
    .action(async (_options: unknown, command: Command) => {
      const { listCommand } = await import("./commands/list.ts");
      exit(await listCommand(command.optsWithGlobals<ListOptions>()));
    });

  add("status", "How the town and its watcher stand; or one convoy with every issue it tracks.", [
    ["convoy-cli status", "is it watched, and how are the convoys doing?"],
    ["convoy-cli status hq-cv-5kpzs", "one convoy: each issue, where it lives, its state and since when"],
    ["convoy-cli status --short", "`3 open, 1 stuck`, for a prompt"],
  ])
    .argument("[convoy]", "id of a convoy")
    .option("--short", "a few words, for a prompt or the bar of tmux")
    .option("--exit-code", "exit with 3 unless a watcher is running and well")
    .option("--prometheus", "metrics as text, for the textfile collector of node_exporter")
    .action(async (convoy: string | undefined, _options: unknown, command: Command) => {
      const { statusCommand } = await import("./commands/status.ts");
      exit(await statusCommand(convoy, command.optsWithGlobals<StatusOptions>()));
    });

  add("wait", "Waits until convoys have landed, beside any watcher or none.", [
    ["convoy-cli wait hq-cv-5kpzs && deploy", "go on when it has landed"],
    [
      "convoy-cli wait --any --timeout 10m hq-cv-5kpzs hq-cv-c5eco",
      "the first of two, for ten minutes; 124 when none has landed by then",
    ],
    ["convoy-cli wait --told hq-cv-5kpzs --json", "until everybody who waits for it was told, for a program"],
  ])
    .argument("<convoy...>", "ids of convoys")
    .option("--any", "one that lands is enough")
    .addOption(
      new Option("--timeout <time>", "give up after so long; by default never").argParser((text) => duration(text)),
    )
    .option("--told", "landed, and everybody who waits for it told")
    .addHelpText(
      "after",
      "\nExit status: 0 landed; 1 stuck, or closed with work open (with --told also: not told); 2 no such convoy; 124 timed out.",
    )
    .action(async (convoys: string[], _options: unknown, command: Command) => {
      const { waitCommand } = await import("./commands/wait.ts");
      exit(await waitCommand(convoys, command.optsWithGlobals<WaitOptions>()));
    });

  add("log", "What has become of convoys: landed, stuck, closed by others, and who was told.", [
    ["convoy-cli log --since 24h", "the last day"],
    ["convoy-cli log hq-cv-5kpzs", "one convoy"],
    ["convoy-cli log --follow --json | jq -r 'select(.event == \"stuck\").convoy'", "as it happens, for a program"],
  ])
    .argument("[convoy]", "id of a convoy")
    .addOption(
      new Option("--since <time>", "what is not older than this; by default all that was kept").argParser((text) =>
        duration(text, Number.POSITIVE_INFINITY),
      ),
    )
    .option("-f, --follow", "go on as more is noted")
    .action(async (convoy: string | undefined, _options: unknown, command: Command) => {
      const { logCommand } = await import("./commands/log.ts");
      exit(await logCommand(convoy, command.optsWithGlobals<LogOptions>()));
    });

  add("why", "In words: why a convoy is (not) landing, or which convoys wait on an issue.", [
    ["convoy-cli why hq-cv-5kpzs", "what is it waiting for?"],
    ["convoy-cli why al-9uj", "whom does this issue hold up?"],
    ["convoy-cli why al-9uj --json | jq -r '.holdsUp[].convoy'", "the same for a program"],
  ])
    .argument("<id>", "id of a convoy, or of any issue")
    .action(async (id: string, _options: unknown, command: Command) => {
      const { whyCommand } = await import("./commands/why.ts");
      exit(await whyCommand(id, command.optsWithGlobals<CommonOptions>()));
    });

  add(
    "doctor",
    "Looks at everything the watcher depends on, with a hint for each fault. Exit status 3 when something is wrong.",
    [
      ["convoy-cli doctor", "runtime, town, databases, routes, bd, gt, daemons, watcher, convoys"],
      ["convoy-cli doctor -q", "only what is wrong: silence means that all is well"],
      ["convoy-cli doctor --json | jq '.checks[] | select(.level == \"wrong\")'", "what is wrong, for a program"],
    ],
  ).action(async (_options: unknown, command: Command) => {
    const { doctorCommand } = await import("./commands/doctor.ts");
    exit(await doctorCommand(command.optsWithGlobals<CommonOptions>()));
  });

  add("config", "The settings in force, where each comes from, and the file to change.", [
    ["convoy-cli config", "what holds in this town, and why"],
    ["convoy-cli config --schema > settings/convoy-watcher.schema.json", "for an editor that checks the file"],
    [
      "convoy-cli config --json | jq -r '.settings[] | select(.from == \"settings\").key'",
      "what this town has changed",
    ],
  ])
    .option("--schema", "print a JSON Schema of the file instead")
    .action(async (_options: unknown, command: Command) => {
      const { configCommand } = await import("./commands/config.ts");
      exit(await configCommand(command.optsWithGlobals<ConfigOptions>()));
    });
}
