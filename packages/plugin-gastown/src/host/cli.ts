import { WatcherError } from "@gastown/convoy-core";
import { keepHeapSmall, printFault, runCommandLine, takeSignals } from "@gastown/host-kit";
import { PLUGIN_NAME } from "./packages.ts";
import type { RunFlags } from "./program.ts";

const err = (line: string): void => void process.stderr.write(`${line}\n`);

/** Runs the command line; the exit status is left in `process.exitCode`. */
export function main(args: readonly string[]): Promise<void> {
  const service = asSupervisorsStart(args);
  return runCommandLine(
    args,
    async (exit) => {
      if (service !== undefined) return { parseAsync: async () => exit(await runPlugins([service.name], service)) };
      return (await import("./program.ts")).createProgram(runPlugins, exit);
    },
    (error) => {
      const hint = "this is a fault of gastown: please report it";
      printFault(error, { hint, verbose: !(error instanceof WatcherError), write: err });
    },
  );
}

/**
 * The words with which every supervisor starts a plugin; undefined for all others. The process that stays needs no more,
 * and what reads command lines takes megabytes.
 */
function asSupervisorsStart(args: readonly string[]): (RunFlags & { readonly name: string }) | undefined {
  const [group, command, name = "", flag, town = "-", quiet, ...more] = args;
  if (group !== "plugins" || command !== "run" || !PLUGIN_NAME.test(name)) return undefined;
  if (flag !== "--town" || town.startsWith("-") || more.length > 0) return undefined;
  if (quiet === undefined) return { name, town };
  return quiet === "--quiet" ? { name, town, quiet: true } : undefined;
}

/** The process that stays: it loads what runs plugins, keeps its heap small, and knows nothing of the other commands. */
async function runPlugins(names: readonly string[], { town, quiet }: RunFlags): Promise<number> {
  keepHeapSmall();
  const { run } = await import("./run.ts");
  return run(names, { town, signals: takeSignals(), ...(quiet ? {} : { echo: err }) });
}
