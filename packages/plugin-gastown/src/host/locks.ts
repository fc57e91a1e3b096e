import { setTimeout as sleep } from "node:timers/promises";
import { StateDirError, systemClock } from "@gastown/convoy-watcher";
import { type FileLock, makeDirs, takeLock } from "@gastown/convoy-watcher/host";
import { HostError } from "./errors.ts";
import { runningHost } from "./host-note.ts";
import type { PluginPaths } from "./paths.ts";

/** Milliseconds that another `enable`, `disable` or `restart` may take. */
const CHANGE_PATIENCE = 60_000;
/** Milliseconds to wait for a host that is just going. */
const HOST_PATIENCE = 2_000;

/**
 * Works on a plugin of a town while nobody else does: another `enable`, `disable` or `restart` waits.
 *
 * @throws {StateDirError} when the town cannot be written
 * @throws {HostError} when the other one takes too long
 */
export async function whileLocked<T>(paths: PluginPaths, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const lock = await patiently(paths.stateDir, paths.changeLock, CHANGE_PATIENCE, signal);
  if (lock !== undefined) return work().finally(() => lock.release());
  throw new HostError(
    "busy",
    `another process has been changing this plugin for ${CHANGE_PATIENCE / 1000} s`,
    "wait for it, or end it",
  );
}

/**
 * Takes the lock of whoever runs this plugin in this town.
 *
 * @throws {StateDirError} when the town cannot be written
 * @throws {HostError} when another process holds it
 */
export async function lockHost({ stateDir, lock: file, note }: PluginPaths, name: string): Promise<FileLock> {
  const lock = await patiently(stateDir, file, HOST_PATIENCE);
  if (lock !== undefined) return lock;
  const host = runningHost(note);
  const who = host === undefined ? "another process" : `the process with pid ${host.pid} (since ${host.since})`;
  throw new HostError(
    "already-running",
    `${who} runs ${name} in this town`,
    "one is enough: see `gastown plugins status`",
    { exitCode: 4 },
  );
}

/** By the SQLite that comes with the runtime, so that a plugin that needs none loads no native package. */
async function patiently(
  dir: string,
  file: string,
  patience: number,
  signal?: AbortSignal,
): Promise<FileLock | undefined> {
  for (const until = systemClock.now() + patience; ;) {
    signal?.throwIfAborted();
    try {
      // At each try, since a `disable --purge` takes the directory away.
      makeDirs(dir);
      const lock = await takeLock(file, "node-sqlite");
      if (lock !== undefined) return lock;
    } catch (error) {
      throw new StateDirError(dir, error);
    }
    if (systemClock.now() >= until) return undefined;
    await sleep(50, undefined, { signal }).catch(() => undefined);
  }
}
