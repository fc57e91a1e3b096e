import { type Command, Option } from "commander";
import { anyTime, count, lastingTime, settingOptions } from "./options.ts";

/**
 * Adds a command: name, what it does, three examples of its use, and what imports the function that runs it. That function
 * gets the operands and then the options, and gives the exit status.
 */
export type Add = (
  name: string,
  description: string,
  examples: readonly (readonly [command: string, what: string])[],
  load: () => Promise<(...given: never[]) => number | Promise<number>>,
) => Command;

/** The commands about towns, in the order in which the help lists them. */
export function declareCommands(add: Add): void {
  declareLanding(add);
  add(
    "demo",
    "Show it all on a throw-away town: real databases, stand-in bd and gt.",
    [
      ["convoy-cli demo", "what it does, in under a minute"],
      ["convoy-cli demo --json", "the same, as JSON"],
      ["convoy-cli demo --store dolt", "the same town on a Dolt server; needs dolt on PATH"],
    ],
    async () => (await import("./commands/demo.ts")).demoCommand,
  )
    .option("--fast", "do not pause for reading")
    .addOption(
      new Option("--store <store>", "the databases of the town: files, or on a Dolt server")
        .choices(["sqlite", "dolt"])
        .default("sqlite"),
    );
  declareReading(add);
}

/** The commands that land convoys. */
function declareLanding(add: Add): void {
  const dryRun = new Option("--dry-run", "show what would be done; run nothing, write nothing");

  const watch = add(
    "watch",
    "Sweep the town, then watch it and land convoys until stopped.",
    [
      ["convoy-cli watch", "watch this town"],
      ["convoy-cli watch --json | jq -r 'select(.event == \"landed\").title'", "print titles as convoys land"],
      ["convoy-cli watch --dry-run --source db", "show what would be done, from the database files only"],
    ],
    async () => (await import("./commands/landing.ts")).watchCommand,
  )
    .addOption(
      new Option("--time <when>", "timestamps on lines (default: local; none on a terminal)").choices([
        "local",
        "utc",
        "none",
      ]),
    )
    .option("--log-file <path>", "also log to this file, with dates; rotated to PATH.1 at 10 MB")
    .addOption(dryRun);
  for (const option of [...settingOptions("watch"), ...settingOptions("watch and check")]) watch.addOption(option);

  const check = add(
    "check",
    "Sweep once, all open convoys or only these, then exit.",
    [
      ["convoy-cli check", "land whatever is complete"],
      ["convoy-cli check --dry-run", "exit 3 if a complete convoy is still open"],
      ["convoy-cli check hq-cv-5kpzs --json", "one convoy, as JSON"],
    ],
    async () => (await import("./commands/landing.ts")).checkCommand,
  )
    .argument("[convoy...]", "ids of convoys")
    .addOption(dryRun);
  for (const option of settingOptions("watch and check")) check.addOption(option);
}

/** The commands that only look. They work beside a running watcher, and without bd and gt. */
function declareReading(add: Add): void {
  add(
    "list",
    "List open convoys and their progress: first what needs attention, then what is closest to landing.",
    [
      ["convoy-cli list", "every open convoy and what it is waiting on"],
      ["convoy-cli list --stale 2h", "what is not moving"],
      ["convoy-cli list --waiting-on alpha -q", "ids of convoys waiting on a rig"],
    ],
    async () => (await import("./commands/list.ts")).listCommand,
  )
    .option("-a, --all", "include closed convoys")
    .option("--stuck", "only convoys that are complete but still open, or that the watcher could not land")
    .option("--waiting-on <rig>", "only convoys waiting on an issue in this rig (town: the town itself)")
    .option("--rig <rig>", "only convoys that track an issue in this rig")
    .option("--stale <time>", "only waiting convoys whose open issues have not changed for this long", anyTime)
    .option("--unassigned", "only convoys waiting on an issue that nobody has")
    .option("--limit <count>", "show at most this many", count);

  add(
    "status",
    "Show the town and its watcher, or one convoy and every issue it tracks.",
    [
      ["convoy-cli status", "is it watched, and how are the convoys doing?"],
      ["convoy-cli status hq-cv-5kpzs", "one convoy: each issue, its rig, its state and for how long"],
      ["convoy-cli status --short", "`3 open, 1 stuck`, for a prompt"],
    ],
    async () => (await import("./commands/status.ts")).statusCommand,
  )
    .argument("[convoy]", "id of a convoy")
    .option("--short", "one short line, for a prompt or a tmux status bar")
    .option("--exit-code", "exit 3 unless a watcher is running and healthy")
    .option("--prometheus", "metrics for node_exporter's textfile collector");

  add(
    "wait",
    "Wait until convoys have landed, with or without a watcher running.",
    [
      ["convoy-cli wait hq-cv-5kpzs && deploy", "continue once it has landed"],
      [
        "convoy-cli wait --any --timeout 10m hq-cv-5kpzs hq-cv-c5eco",
        "the first of two, for up to ten minutes; exit 124 if neither lands",
      ],
      ["convoy-cli wait --told hq-cv-5kpzs --json", "until everybody waiting for it has been told, as JSON"],
    ],
    async () => (await import("./commands/wait.ts")).waitCommand,
  )
    .argument("<convoy...>", "ids of convoys")
    .option("--any", "stop at the first one that lands")
    .option("--timeout <time>", "give up after this long (default: never)", lastingTime)
    .option("--told", "wait until everybody waiting for it has been told, too")
    .addHelpText(
      "after",
      "\nExit status: 0 landed; 1 stuck, or closed with work open (with --told also: not told); 2 no such convoy; 124 timed out.",
    );

  add(
    "log",
    "Show what happened to convoys: landed, stuck, closed by somebody else, and who was told.",
    [
      ["convoy-cli log --since 24h", "the last day"],
      ["convoy-cli log hq-cv-5kpzs", "one convoy"],
      ["convoy-cli log --follow --json | jq -r 'select(.event == \"stuck\").convoy'", "as it happens, as JSON"],
    ],
    async () => (await import("./commands/log.ts")).logCommand,
  )
    .argument("[convoy]", "id of a convoy")
    .option("--since <time>", "only what happened within this long (default: all that was kept)", anyTime)
    .option("-f, --follow", "keep printing as things happen");

  add(
    "why",
    "Explain why a convoy is (not) landing, or which convoys wait on an issue.",
    [
      ["convoy-cli why hq-cv-5kpzs", "what is it waiting for?"],
      ["convoy-cli why al-9uj", "which convoys wait on this issue?"],
      ["convoy-cli why al-9uj --json | jq -r '.holdsUp[].convoy'", "the same, as JSON"],
    ],
    async () => (await import("./commands/why.ts")).whyCommand,
  ).argument("<id>", "id of a convoy, or of any issue");

  add(
    "doctor",
    "Check everything the watcher depends on, with a hint for each problem. Exits 3 if something is wrong.",
    [
      ["convoy-cli doctor", "runtime, town, databases, routes, bd, gt, daemons, watcher, convoys"],
      ["convoy-cli doctor -q", "only problems: silence means all is well"],
      ["convoy-cli doctor --json | jq '.checks[] | select(.level == \"wrong\")'", "problems, as JSON"],
    ],
    async () => (await import("./commands/doctor.ts")).doctorCommand,
  );

  add(
    "config",
    "Show the settings in force, where each one comes from, and which file to edit.",
    [
      ["convoy-cli config", "what applies in this town, and why"],
      ["convoy-cli config --schema > settings/convoy-watcher.schema.json", "let an editor check the file"],
      [
        "convoy-cli config --json | jq -r '.settings[] | select(.from == \"settings\").key'",
        "what this town has changed",
      ],
    ],
    async () => (await import("./commands/config.ts")).configCommand,
  ).option("--schema", "print a JSON Schema for the file instead");
}
