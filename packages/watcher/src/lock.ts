import { rmSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "@gastown/process";
import { DriverError, type DriverName, loadDriver, type OpenDatabase } from "@gastown/sqlite-resolver";
import { StateDirError, TownLockedError } from "./errors.ts";
import { readNote } from "./other-processes.ts";
import { clearDrafts, makeStateDir, statOf, writeAtomically } from "./state-dir.ts";
import { systemClock } from "./system-clock.ts";

/** A lock of the system's own: it is free again at once when its holder dies, however. */
export interface FileLock {
  release(): void;
}

/**
 * Takes a lock, an exclusive transaction on a database that is never written. Drivers keep each other out, too.
 *
 * @param driverName what opens the file; better-sqlite3 by default
 * @returns undefined when another holds it
 * @throws when the file cannot be made
 * @throws {DriverError} when there is no such driver here
 */
export async function takeLock(file: string, driverName?: DriverName): Promise<FileLock | undefined> {
  const driver = await loadDriver(driverName);
  let database: OpenDatabase | undefined;
  try {
    database = driver.open(file, { readonly: false, timeout: 0 });
    database.exec("begin exclusive");
  } catch (error) {
    database?.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  const held = database;
  return { release: () => held.close() };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
}

const PATIENCE = 1_000;

type Holder = ReturnType<typeof readNote>;

/** The one watcher of a town. */
export interface TownLock extends FileLock {
  /** Whether the file that is locked is still the one that the next watcher would lock. */
  isInPlace(): boolean;
}

/**
 * Takes the lock of the town, an exclusive transaction on a database of our own that is never written.
 *
 * @throws {TownLockedError} when another watcher holds it
 * @throws {StateDirError} when our own directory cannot be written
 * @throws {DriverError} when there is no such driver here
 */
export async function lockTown(town: string, since: Date, driver?: DriverName): Promise<TownLock> {
  const dir = makeStateDir(town);
  const file = join(dir, "watcher.lock");
  const note = join(dir, "watcher.pid");
  let held: FileLock | undefined;
  try {
    held = await takeLock(file, driver);
    if (held !== undefined) {
      clearDrafts(dir);
      writeAtomically(note, `${JSON.stringify({ pid: process.pid, since: since.toISOString() })}\n`);
    }
  } catch (error) {
    held?.release();
    if (error instanceof DriverError) throw error;
    throw new StateDirError(dir, error);
  }
  if (held === undefined) throw new TownLockedError(town, holderOf(note));
  const lock = held;
  const place = placeOf(file);
  let released = false;
  return {
    isInPlace: () => placeOf(file) === place,
    release() {
      if (released) return;
      released = true;
      try {
        // Somebody may have removed the directory, and another watcher may have begun in a new one.
        if (readHolder(note)?.pid === process.pid) rmSync(note, { force: true });
      } finally {
        lock.release();
      }
    },
  };
}

function placeOf(file: string): string | undefined {
  try {
    const stat = statOf(file);
    return stat && `${stat.dev}:${stat.ino}`;
  } catch {
    return undefined;
  }
}
/** What the holder says of itself. It may just have taken the lock, and be about to say it. */
function holderOf(note: string): Holder {
  const until = systemClock.now() + PATIENCE;
  for (;;) {
    const holder = readHolder(note);
    if (holder !== undefined || systemClock.now() > until) return holder;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

function readHolder(note: string): Holder {
  const holder = readNote(note);
  return holder !== undefined && isAlive(holder.pid) ? holder : undefined;
}
