import { setTimeout as sleep } from "node:timers/promises";
import { StateDirError, systemClock } from "@gastown/convoy-watcher";
import { type FileLock, makeDirs, takeLock } from "@gastown/convoy-watcher/host";
import { HostError } from "./errors.ts";
import { LOCK_DRIVER, type PluginPaths } from "./paths.ts";

const PATIENCE = 60_000;

/**
 * Works on a plugin of a town while nobody else does: another `enable`, `disable` or `restart` waits.
 *
 * @throws {StateDirError} when the town cannot be written
 * @throws {HostError} when the other one takes too long
 */
export async function whileLocked<T>(
  { stateDir, changeLock }: PluginPaths,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  for (const until = systemClock.now() + PATIENCE; systemClock.now() < until;) {
    signal.throwIfAborted();
    const lock = await tryToTake();
    if (lock !== undefined) return work().finally(() => lock.release());
    await sleep(50, undefined, { signal }).catch(() => undefined);
  }
  throw new HostError(
    "busy",
    `another process has been changing this plugin for ${PATIENCE / 1000} s`,
    "wait for it, or end it",
  );

  // At each try, since a `disable --purge` takes the directory away.
  async function tryToTake(): Promise<FileLock | undefined> {
    try {
      makeDirs(stateDir);
      return await takeLock(changeLock, LOCK_DRIVER);
    } catch (error) {
      throw new StateDirError(stateDir, error);
    }
  }
}
