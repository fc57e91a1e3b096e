import { join } from "node:path";
import { buildTown, type Control, installStandIns, tempDir, type Town, type TownOptions } from "@gastown/test-fixtures";
import { onTestFinished } from "vitest";
import { isAlive, kill } from "./processes.ts";
import { type Ended, type RunningCli, startCli, type StartOptions } from "./running-cli.ts";
import { until } from "./until.ts";

/** Two rigs: alpha (`al-`) and beta (`be-`). */
export const TWO_RIGS: TownOptions = { rigs: { alpha: { prefix: "al" }, beta: { prefix: "be" } } };

/** A directory with stand-ins, whatever town is in it, and the command lines started there. */
export interface Stage {
  /** Holds everything, and goes away with the test. */
  readonly root: string;
  readonly bin: string;
  readonly control: Control;
  /** PATH leads to the stand-ins first. */
  readonly env: NodeJS.ProcessEnv;
  /** Starts the command line; it is killed when the test ends without having ended it. */
  start(args: readonly string[], options?: Partial<StartOptions>): RunningCli;
  /** Runs the command line to its end. */
  run(args: readonly string[], options?: Partial<StartOptions>): Promise<Ended>;
  /** Pids of the stand-ins, and of what they started, that are still there. */
  leftovers(): number[];
}

/** A stage with a town on it. */
export interface Scene extends Stage {
  readonly town: Town;
  /** `watch --json` with these arguments, once it says `watching`. */
  watch(...args: readonly string[]): Promise<RunningCli>;
}

/** @param cwd working directory of the command lines, relative to the stage's root */
export function stage(cwd = "."): Stage {
  const dir = tempDir(undefined, "cv-");
  const { bin, control } = installStandIns(join(dir.path, "bin"));
  const env = { ...inherited(), PATH: [bin, "/usr/bin", "/bin"].join(":"), HOME: dir.path };
  const running: RunningCli[] = [];
  const leftovers = (): number[] =>
    control
      .calls()
      .flatMap(({ pid, end, children }) => [...(end === undefined ? [pid] : []), ...children])
      .filter(isAlive);
  const start: Stage["start"] = (args, options = {}) => {
    const cli = startCli(args, { cwd: join(dir.path, cwd), env, ...options });
    running.push(cli);
    return cli;
  };
  onTestFinished(async () => {
    for (const { pid } of running) kill(pid);
    await Promise.allSettled(running.map(({ ended }) => ended));
    for (const pid of leftovers()) kill(pid);
    await until("end of the stand-ins", () => leftovers().length === 0);
    dir.remove();
  });
  return { root: dir.path, bin, control, env, start, run: (args, options) => start(args, options).ended, leftovers };
}

/** A town with stand-ins that are quick to tell, and command lines that are started in its root. */
export function scene(options: TownOptions = TWO_RIGS): Scene {
  const base = stage("town");
  const town = buildTown(join(base.root, "town"), options);
  base.control.set({ bd: { intervalMs: 50 } });
  return {
    ...base,
    town,
    async watch(...args) {
      const cli = base.start(["watch", "--json", ...args]);
      await cli.record("watching");
      return cli;
    },
  };
}

/** The environment without what would lead a tool astray, or colour its output. */
function inherited(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of Object.keys(env))
    if (/^(BEADS|BD|GT|VITEST|FORCE_COLOR|NO_COLOR|NODE_)/.test(name)) delete env[name];
  return env;
}
