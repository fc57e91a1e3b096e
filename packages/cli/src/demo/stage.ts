import { join } from "node:path";
import { WatcherError, type WatchRecord } from "@gastown/convoy-core";
import { type DriverName, findTown } from "@gastown/convoy-watcher";
import { findTool } from "@gastown/convoy-watcher/host";
import { runCommand, toolEnvironment } from "@gastown/process";
import { type StandIns, tempDir } from "@gastown/test-fixtures";
import { convoysOn, type DemoConvoy, type DemoStore } from "./cast.ts";
import { DemoFailedError, DemoInTownError, DoltNotFoundError, type Ground, layGround } from "./ground.ts";
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

  try {
    refuseTown(dir.path);
    const { town, tools, status, close } = await lay(store, dir.path);
    return {
      store,
      convoys: convoysOn(store),
      tools,
      status,
      async bd(rig, args) {
        const options = { cwd: join(town, rig), env: toolEnvironment(process.env), timeout: PATIENCE, signal };
        const { exitCode, output, failure } = await runCommand(tools.bd, args, options);
        if (exitCode !== 0 && !signal.aborted)
          throw new DemoFailedError(`bd ${args.join(" ")} failed`, failure?.message ?? output);
        return output;
      },
      async watch() {
        watcher = startWatcher({ town, bd: tools.bd, gt: tools.gt, driver, onRecord, signal });
        const watching = await watcher.until(({ event }) => event === "watching", PATIENCE);
        if (watching === undefined && !signal.aborted)
          throw new DemoFailedError("the watcher did not start", watcher.complaints());
        return watcher;
      },
      async unwatch() {
        await watcher?.stop();
      },
      async strike() {
        await watcher?.stop();
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

/** Imported when it is wanted: it brings the driver of a server. */
async function lay(store: DemoStore, dir: string): Promise<Ground> {
  return store === "dolt" ? (await import("./dolt-ground.ts")).layDoltGround(dir) : layGround(dir);
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
