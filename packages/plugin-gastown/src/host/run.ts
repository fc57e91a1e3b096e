import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@gastown/convoy-core";
import { DriverError, findTown, StateDirError, systemClock } from "@gastown/convoy-watcher";
import { driverOf, type FileLock, makeDirs, takeLock } from "@gastown/convoy-watcher/host";
import type { Stopping } from "@gastown/host-kit";
import { VERSION } from "../version.ts";
import { HostError } from "./errors.ts";
import { createHostNote } from "./host-note.ts";
import { findPlugin, loadPlugin } from "./installed.ts";
import { createLog } from "./log-file.ts";
import { runningHost } from "./note.ts";
import { type PluginPaths, pathsOf } from "./paths.ts";
import { runPlugin } from "./run-plugin.ts";
import { readConfig } from "./settings.ts";

/** Milliseconds that a plugin has to stop. */
const STOP_TIMEOUT = 10_000;
/** Milliseconds to wait for a host that is just going. */
const LOCK_PATIENCE = 2_000;

export interface RunOptions {
  readonly town: string | undefined;
  readonly signals: Stopping;
  /** Told every line of the log. */
  readonly echo?: (line: string) => void;
}

/**
 * The process that every supervisor starts: runs a plugin until it is told to stop.
 *
 * @returns the exit status
 * @throws {TownNotFoundError}
 * @throws {StateDirError} when the plugin's own directory cannot be written
 * @throws {HostError} when another process runs this plugin in this town, or it cannot be loaded
 */
export async function run(name: string, { town: named, signals, echo }: RunOptions): Promise<number> {
  const town = findTown({ town: named, cwd: process.cwd(), env: process.env });
  const installed = findPlugin(name, town);
  const paths = pathsOf(town, name);
  const lock = await lockHost(paths, name);
  const logger = createLog({ file: paths.log, ...(echo && { echo }) });
  try {
    const plugin = await loadPlugin(installed);
    const note = createHostNote(name, paths, logger);
    const onTrigger = (): void => note.trigger();
    const onFault = (error: unknown): void => {
      logger.error(`uncaught: ${error instanceof Error ? error.stack : messageOf(error)}`);
      process.exit(1);
    };
    process.on("SIGUSR2", onTrigger).on("uncaughtException", onFault);
    try {
      signals.stop.addEventListener("abort", () => logger.info(`stopping: ${signals.reason()}`));
      logger.info(`${name} ${installed.version} in ${town}`, { host: VERSION, pid: process.pid });
      await runPlugin(plugin, {
        root: town,
        stateDir: paths.stateDir,
        config: () => readConfig(plugin, paths.settings),
        host: { name: "gastown", version: VERSION },
        logger,
        emit: ({ type, subject, payload }) => logger.info(`event ${type}`, { subject, payload }),
        clock: systemClock,
        stop: signals.stop,
        kill: signals.kill,
        stopTimeout: STOP_TIMEOUT,
        onState: note.onState,
      });
      logger.info(`stopped${signals.reason() === undefined ? "" : ` by ${signals.reason()}`}`);
    } finally {
      process.off("SIGUSR2", onTrigger).off("uncaughtException", onFault);
      note.end();
    }
  } finally {
    lock.release();
  }
  return signals.exitCode();
}

async function lockHost({ town, stateDir, lock: file, note }: PluginPaths, name: string): Promise<FileLock> {
  const driver = driverOf(town);
  for (const until = systemClock.now() + LOCK_PATIENCE; ; await sleep(50)) {
    try {
      makeDirs(stateDir);
      const lock = await takeLock(file, driver);
      if (lock !== undefined) return lock;
    } catch (error) {
      if (error instanceof DriverError) throw error;
      throw new StateDirError(stateDir, error);
    }
    if (systemClock.now() < until) continue;
    const host = runningHost(note);
    const who = host === undefined ? "another process" : `the process with pid ${host.pid} (since ${host.since})`;
    throw new HostError(
      "already-running",
      `${who} runs ${name} in this town`,
      "one is enough: see `gastown plugins status`",
      {
        exitCode: 4,
      },
    );
  }
}
