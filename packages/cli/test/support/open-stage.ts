import { join } from "node:path";
import { type Control, installStandIns, isAlive, tempDir, waitFor } from "@gastown/test-fixtures";
import { onDeno, ownCommand, withDriver } from "./own-command.ts";
import { kill } from "./processes.ts";
import { type Ended, type RunningCli, startCli, type StartOptions } from "./running-cli.ts";
import { node } from "./runtimes.ts";

/** A directory with stand-ins, whatever town is in it, and the command lines started there. */
export interface Stage {
  /** Holds everything. */
  readonly root: string;
  readonly bin: string;
  /** Program and leading arguments that start the command line. */
  readonly command: readonly [string, ...string[]];
  readonly control: Control;
  /** PATH leads to the stand-ins first. */
  readonly env: NodeJS.ProcessEnv;
  /** Starts the command line; it is killed when the stage closes without its having ended. */
  start(args: readonly string[], options?: Partial<StartOptions>): RunningCli;
  /** Runs the command line to its end. */
  run(args: readonly string[], options?: Partial<StartOptions>): Promise<Ended>;
  /** Pids of the stand-ins, and of what they started, that are still there. */
  leftovers(): number[];
  /** Ends whatever runs, and removes the directory. */
  close(): Promise<void>;
}

/** @param cwd working directory of the command lines, relative to the stage's root */
export function openStage(cwd: string): Stage {
  const dir = tempDir(undefined, "cv-");
  const { bin, control } = installStandIns(join(dir.path, "bin"), {
    // A bd and gt of one's own do not run on Deno either.
    runtime: onDeno ? node : process.execPath,
  });
  const command = ownCommand({ root: dir.path, town: join(dir.path, "town"), bin });
  const env = { ...inherited(), PATH: [bin, "/usr/bin", "/bin"].join(":"), HOME: dir.path };
  const running: RunningCli[] = [];
  const leftovers = (): number[] =>
    control
      .calls()
      .flatMap(({ pid, end, children }) => [...(end === undefined ? [pid] : []), ...children])
      .filter(isAlive);
  const start: Stage["start"] = (args, options = {}) => {
    const cli = startCli(options.command === undefined ? withDriver(args) : args, {
      cwd: join(dir.path, cwd),
      env,
      command,
      ...options,
    });
    running.push(cli);
    return cli;
  };
  const close = async (): Promise<void> => {
    for (const { pid } of running) kill(pid);
    await Promise.allSettled(running.map(({ ended }) => ended));
    for (const pid of leftovers()) kill(pid);
    await waitFor("end of the stand-ins", () => leftovers().length === 0);
    dir.remove();
  };
  return {
    root: dir.path,
    bin,
    command: [...command, ...withDriver([])],
    control,
    env,
    start,
    run: (args, options) => start(args, options).ended,
    leftovers,
    close,
  };
}

/** The environment without what would lead a tool astray, or colour its output. */
function inherited(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of Object.keys(env))
    if (/^(BEADS|BD|GT|VITEST|FORCE_COLOR|NO_COLOR|NODE_|_$)/.test(name)) delete env[name];
  return env;
}
