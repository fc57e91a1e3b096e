import { rmSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { DriverError, StateDirError, systemClock } from "@gastown/convoy-watcher";
import { driverOf, type FileLock, makeDirs, takeLock } from "@gastown/convoy-watcher/host";
import { HostError } from "./errors.ts";
import type { PluginPaths } from "./paths.ts";
import { removeEmpty } from "./undo.ts";

const PATIENCE = 60_000;
/** So often the directory may vanish, and be there again when it is looked for, before it is a fault of its own. */
const VANISHINGS = 10;

/**
 * Works on a plugin of a town while nobody else does: another `enable` or `disable` waits. The lock file goes away
 * with the work, and so do directories in `made` that are empty then.
 *
 * @throws {StateDirError} when the town cannot be written
 * @throws {DriverError} when there is no such driver here
 * @throws {HostError} when the other one takes too long
 */
export async function whileLocked<T>(
  { town, stateDir, changeLock }: PluginPaths,
  signal: AbortSignal,
  work: (made: Set<string>) => Promise<T>,
): Promise<T> {
  const made = new Set<string>();
  const driver = driverOf(town);
  const until = systemClock.now() + PATIENCE;
  let vanished = 0;
  for (;;) {
    signal.throwIfAborted();
    const lock = await tryToTake();
    if (lock !== undefined) {
      try {
        return await work(made);
      } finally {
        rmSync(changeLock, { force: true });
        lock.release();
        removeEmpty(deepestFirst(made));
      }
    }
    if (systemClock.now() > until)
      throw new HostError(
        "busy",
        `another process has been changing this plugin for ${PATIENCE / 1000} s`,
        "wait for it, or end it",
      );
    await sleep(50, undefined, { signal }).catch(() => undefined);
  }

  async function tryToTake(): Promise<FileLock | undefined> {
    const there = inode(changeLock) !== undefined;
    try {
      for (const dir of makeDirs(stateDir)) made.add(dir);
      const lock = await takeLock(changeLock, driver);
      const before = lock && inode(changeLock);
      if (lock === undefined || before === undefined) return undefined;
      // Whoever held it before has removed the file: then this is the lock of a file that nobody else can find.
      const probe = await takeLock(changeLock, driver);
      if (probe === undefined && inode(changeLock) === before) return lock;
      probe?.release();
      lock.release();
      return undefined;
    } catch (error) {
      // The one before may just have taken the directory away with its work.
      const gone = isGone(error) && (inode(stateDir) === undefined || (vanished += 1) < VANISHINGS);
      if (!there) rmSync(changeLock, { force: true });
      removeEmpty(deepestFirst(made));
      if (gone) return undefined;
      if (error instanceof DriverError) throw error;
      throw new StateDirError(stateDir, error);
    }
  }
}

function isGone(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // better-sqlite3 says it in words alone.
  if (!("code" in error)) return error.message.includes("directory does not exist");
  return error.code === "ENOENT" || error.code === "SQLITE_CANTOPEN";
}

function inode(file: string): bigint | undefined {
  return statSync(file, { throwIfNoEntry: false, bigint: true })?.ino;
}

function deepestFirst(dirs: ReadonlySet<string>): string[] {
  return [...dirs].toSorted((one, other) => other.length - one.length);
}
