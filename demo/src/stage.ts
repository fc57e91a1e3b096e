import { join } from "node:path";
import { WatcherError, type WatchRecord } from "@gastown/convoy-core";
import { type DriverName, findTown } from "@gastown/convoy-watcher";
import { findTool } from "@gastown/convoy-watcher/host";
import { runCommand, toolEnvironment } from "@gastown/process";
import { type StandIns, tempDir } from "@gastown/test-fixtures";
import { convoysOn, type DemoConvoy, DemoFailedError, type DemoStore, layTown } from "./town.ts";
import { startWatcher, type WatcherProcess } from "./watcher-process.ts";

const PATIENCE = 10_000;

/** The throw-away town, and everything that runs in it. */
export interface Stage {
  readonly store: DemoStore;
  readonly convoys: readonly DemoConvoy[];
  readonly tools: StandIns;
  /** Status of a convoy, as its database says. */
  status(convoy: string): Promise<string | undefined>;
  /** Runs the stand-in `bd` in a rig. @throws {DemoFailedError} when it fails */
  bd(rig: string, args: readonly string[]): Promise<string>;
  /** Starts a watcher in place of the one before. @throws {DemoFailedError} when it does not get to `watching` */
  watch(): Promise<WatcherProcess>;
  /** Ends the watcher as a person would. */
  unwatch(): Promise<void>;
  /** Ends what still runs, and removes the town. */
  strike(): Promise<void>;
}

/**
 * @throws {DemoInTownError} when temporary files would lie in a town
 * @throws {DoltNotFoundError} when there is no `dolt` for a town on Dolt
 * @throws {DemoFailedError} when its server does not start
 */
export async function setStage(
  store: DemoStore,
  driver: DriverName | undefined,
  onRecord: (record: WatchRecord, line: string) => void,
  signal: AbortSignal,
): Promise<Stage> {
  if (store === "dolt" && findTool("dolt", undefined, process.env["PATH"], "/") === undefined)
    throw new DoltNotFoundError();
  const dir = tempDir(undefined, "convoy-demo-");
  const lastResort = (): void => dir.remove();
  process.once("exit", lastResort);
  let watcher: WatcherProcess | undefined;
  const unwatch = async (): Promise<void> => void (await watcher?.stop());

  try {
    refuseTown(dir.path);
    const { root, tools, status, close } = await layTown(store, dir.path);
    return {
      store,
      convoys: convoysOn(store),
      tools,
      status,
      async bd(rig, args) {
        const options = { cwd: join(root, rig), env: toolEnvironment(process.env), timeout: PATIENCE, signal };
        const { exitCode, output, failure } = await runCommand(tools.bd, args, options);
        if (exitCode !== 0 && !signal.aborted)
          throw new DemoFailedError(`bd ${args.join(" ")} failed`, failure?.message ?? output);
        return output;
      },
      async watch() {
        watcher = startWatcher(root, tools, driver, onRecord, signal);
        const watching = await watcher.until(({ event }) => event === "watching", PATIENCE);
        if (watching === undefined && !signal.aborted)
          throw new DemoFailedError("the watcher did not start", watcher.complaints());
        return watcher;
      },
      unwatch,
      async strike() {
        await unwatch();
        endStandIns(tools);
        await close();
        dir.remove();
        process.off("exit", lastResort);
      },
    };
  } catch (error) {
    dir.remove();
    process.off("exit", lastResort);
    throw error;
  }
}

/** A stand-in gt takes the outermost town around it for its own, and would close convoys there. */
function refuseTown(dir: string): void {
  let around: string;
  try {
    around = findTown({ cwd: dir, env: {} });
  } catch (error) {
    if (error instanceof WatcherError && error.code === "town-not-found") return;
    throw error;
  }
  throw new DemoInTownError(dir, around);
}

/** A watcher that was killed could not end its `bd activity`. */
function endStandIns({ control }: StandIns): void {
  for (const { pid, end } of control.calls()) {
    if (end !== undefined) continue;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

/** The directory for temporary files is in a town, whose gt would take the demo's town for its own. */
class DemoInTownError extends WatcherError {
  constructor(temp: string, town: string) {
    super(
      "demo-in-town",
      `the demo will not build its town in ${temp}, which is part of the town ${town}`,
      "set TMPDIR to a directory outside of every town",
    );
  }
}

/** A town on Dolt is wanted, and nothing here can serve it. */
class DoltNotFoundError extends WatcherError {
  constructor() {
    super(
      "dolt-not-found",
      "dolt is not on PATH",
      "install Dolt, or leave out --store: a town in SQLite needs nothing",
    );
  }
}
