import type { GtControl } from "../control.ts";
import { answersOf } from "../gt-generations.ts";
import { type Args, fail, finish, logStart, out, parseArgs, state } from "./lib/stand-in.ts";

const valued = ["--reason", "--notify"];

const unknown = (command: string, of: string): never =>
  fail(`Error: unknown command "${command}" for "${of}"\nRun '${of} --help' for usage.`);

const run = async (args: Args, control: GtControl): Promise<void> => {
  const [group = "", command = "", ...words] = args.words;
  if (args.flag("--version") || group === "version") return out(answersOf(control).version);
  if (group === "convoy" && command === "check" && args.flag("--help", "-h")) return out(answersOf(control).checkHelp);
  if (group === "convoy" && (command === "check" || command === "close"))
    return (await import("./gt/convoy.ts")).convoyCommand(command, words, args, control);
  if (group === "plugin" && (command === "list" || command === "show"))
    return (await import("./gt/plugin.ts")).plugin(command, words, args);
  if (group === "daemon" && command === "run") return (await import("./gt/convoy.ts")).daemon(control);
  if (["convoy", "plugin", "daemon"].includes(group)) unknown(command, `gt ${group}`);
  unknown(group, "gt");
};

const argv = process.argv.slice(2);
logStart("gt", argv);
await run(parseArgs(argv, valued), state().gt ?? {});
finish(0);
