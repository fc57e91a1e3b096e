import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "@gastown/process";
import { type DriverName, DriverError } from "@gastown/sqlite-resolver";
import { StateDirError, TownLockedError } from "./errors.ts";
import { clearDrafts, makeStateDir, writeAtomically } from "./state-dir.ts";
import { type FileLock, takeLock } from "./take-lock.ts";

const PATIENCE = 1_000;

/** The one watcher of a town. */
export type TownLock = FileLock;

interface Holder {
  readonly pid: number;
  readonly since: string;
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
      writeAtomically(note, noteOf(since));
    }
  } catch (error) {
    held?.release();
    if (error instanceof DriverError) throw error;
    throw new StateDirError(dir, error);
  }
  if (held === undefined) throw new TownLockedError(town, holderOf(note));
  const lock = held;
  let released = false;
  return {
    release() {
      if (released) return;
      released = true;
      rmSync(note, { force: true });
      lock.release();
    },
  };
}

function noteOf(since: Date): string {
  return `${JSON.stringify({ pid: process.pid, since: since.toISOString() } satisfies Holder)}\n`;
}

/** What the holder says of itself. It may just have taken the lock, and be about to say it. */
function holderOf(note: string): Holder | undefined {
  const until = Date.now() + PATIENCE;
  for (;;) {
    const holder = readHolder(note);
    if (holder !== undefined || Date.now() > until) return holder;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

function readHolder(note: string): Holder | undefined {
  try {
    const { pid, since } = JSON.parse(readFileSync(note, "utf8")) as Partial<Holder>;
    if (typeof pid !== "number" || typeof since !== "string") return undefined;
    return isAlive(pid) ? { pid, since } : undefined;
  } catch {
    return undefined;
  }
}
