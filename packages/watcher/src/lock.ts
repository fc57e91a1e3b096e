import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { StateDirError, TownLockedError } from "./errors.ts";
import { makeStateDir, writeAtomically } from "./state-dir.ts";

const PATIENCE = 1_000;

/** The one watcher of a town. The lock is the system's own: it is free again at once when its holder dies, however. */
export interface TownLock {
  release(): void;
}

interface Holder {
  readonly pid: number;
  readonly since: string;
}

/**
 * Takes the lock of the town, an exclusive transaction on a database of our own that is never written.
 *
 * @throws {TownLockedError} when another watcher holds it
 * @throws {StateDirError} when our own directory cannot be written
 */
export function lockTown(town: string, since: Date): TownLock {
  const dir = makeStateDir(town);
  const file = join(dir, "watcher.lock");
  const note = join(dir, "watcher.pid");
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { timeout: 0 });
    database.exec("begin exclusive");
    writeAtomically(note, `${JSON.stringify({ pid: process.pid, since: since.toISOString() } satisfies Holder)}\n`);
  } catch (error) {
    database?.close();
    if (isBusy(error)) throw new TownLockedError(town, holderOf(note));
    throw new StateDirError(dir, error);
  }
  const held = database;
  return {
    release() {
      rmSync(note, { force: true });
      held.close();
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
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
    process.kill(pid, 0);
    return { pid, since };
  } catch {
    return undefined;
  }
}
