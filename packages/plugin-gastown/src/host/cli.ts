import { WatcherError } from "@gastown/convoy-core";
import { keepHeapSmall, printFault, runCommandLine, takeSignals } from "@gastown/host-kit";
import { createProgram, type Handlers, type RunFlags } from "./program.ts";

const err = (line: string): void => void process.stderr.write(`${line}\n`);

/** Runs the command line; the exit status is left in `process.exitCode`. */
export function main(args: readonly string[]): Promise<void> {
  const load = async (): Promise<Handlers> => (await import("./handlers.ts")).handlers;
  return runCommandLine(
    args,
    (exit) => createProgram(load, runPlugins, exit),
    (error) => {
      const hint = "this is a fault of gastown: please report it";
      printFault(error, { hint, verbose: !(error instanceof WatcherError), write: err });
    },
  );
}

/** The process that stays: it loads what runs plugins, keeps its heap small, and knows nothing of the other commands. */
async function runPlugins(names: readonly string[], { town, quiet }: RunFlags): Promise<number> {
  keepHeapSmall();
  const { run } = await import("./run.ts");
  return run(names, { town, signals: takeSignals(), ...(quiet ? {} : { echo: err }) });
}
