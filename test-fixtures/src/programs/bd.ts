import { setTimeout as sleep } from "node:timers/promises";
import type { BdControl } from "../control.ts";
import { type Args, fail, finish, logStart, out, parseArgs, state } from "./lib/stand-in.ts";

const valued = [
  "--reason",
  "-r",
  "--status",
  "-s",
  "--id",
  "--type",
  "-t",
  "--interval",
  "--since",
  "--mol",
  "--actor",
  "--db",
  "--limit",
];

const version = (control: BdControl): void => out(`bd version ${control.version ?? "0.47.1 (stand-in)"}\n`);

const run = async (args: Args, control: BdControl): Promise<void> => {
  const [command = "", ...words] = args.words;
  if (args.flag("--version") || command === "version") return version(control);
  if (command === "activity") return (await import("./bd/activity.ts")).activity(args, control);
  await sleep(control.delayMs ?? 0);
  const { commands } = await import("./bd/commands.ts");
  const known = commands[command];
  if (known === undefined) fail(`Error: unknown command "${command}" for "bd"\nRun 'bd --help' for usage.`);
  else known(words, args);
};

const argv = process.argv.slice(2);
logStart("bd", argv);
await run(parseArgs(argv, valued), state().bd ?? {});
finish(0);
