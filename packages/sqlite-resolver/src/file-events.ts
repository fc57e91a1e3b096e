import { statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { setImmediate } from "node:timers";
import { type Clock, DatabaseError } from "@gastown/convoy-core";
import { asDatabaseError } from "./faults.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";
import { directoryIdentity, type DirectoryWatch, type WatchDirectory } from "./watch-directory.ts";

/** So long after the files of a database last changed, in milliseconds, the system's clock tells a new change from that. */
const SETTLED = 20;

/** Events of the files of one place. */
export interface FileEvents {
  /** Watches where the database lies now, and where a link to it lies. */
  follow(database: SqliteDatabase | undefined): void;
  /** Why they are not watched; undefined when they are, or when there are none. */
  unwatched(): (DirectoryWatch & { kind: "unwatched" }) | undefined;
  close(): void;
}

/** What to do when something has changed. */
export interface FileEventHandlers {
  /** The files that say where databases are. */
  onTownFile(): void;
  /** The files of the database. Not called for a change of attributes: as root SQLite makes one whenever it opens a log. */
  onDatabase(): void;
}

/**
 * Handlers are called in the event loop's next phase, once for all events until then: what they lead to may cause the
 * next event, and must leave a turn to timers and signals.
 */
export function createFileEvents(
  clock: Clock,
  watchDirectory: WatchDirectory,
  { onTownFile, onDatabase }: FileEventHandlers,
): FileEvents {
  const watches = new Map<string, DirectoryWatch>();
  let database: SqliteDatabase | undefined;
  let due: ReturnType<typeof setImmediate> | undefined;
  let townFile = false;
  let seen = "";
  let seenAt = Number.NEGATIVE_INFINITY;

  const hasChanged = (): boolean => {
    const now = database === undefined ? "" : writtenOf(database);
    const same = now === seen && clock.now() - seenAt > SETTLED;
    if (now !== seen) seenAt = clock.now();
    seen = now;
    return !same;
  };

  const turn = (): void => {
    due = undefined;
    const changed = hasChanged();
    if (townFile) onTownFile();
    else if (changed) onDatabase();
    townFile = false;
  };

  const onChange = (name: string | undefined): void => {
    if (name !== undefined && /^(routes\.jsonl|metadata\.json|redirect)$/.test(name)) townFile = true;
    else if (name !== undefined && !namesOf(database).has(name)) return;
    due ??= setImmediate(turn);
  };

  const watch = (dir: string): void => {
    const before = watches.get(dir);
    const identity = directoryIdentity(dir);
    if (before?.kind === "watched" && before.alive() && before.identity === identity) return;
    close(before);
    if (identity === undefined) watches.delete(dir);
    else watches.set(dir, watchDirectory(dir, onChange));
  };

  return {
    follow(present) {
      database = present;
      const dirs = new Set(present === undefined ? [] : [dirname(present.name), dirname(present.path())]);
      for (const [dir, entry] of watches) {
        if (dirs.has(dir)) continue;
        close(entry);
        watches.delete(dir);
      }
      for (const dir of dirs) watch(dir);
    },
    unwatched: () => [...watches.values()].find((entry) => entry.kind === "unwatched"),
    close() {
      for (const entry of watches.values()) close(entry);
      watches.clear();
      clearImmediate(due);
    },
  };
}

function close(entry: DirectoryWatch | undefined): void {
  if (entry?.kind === "watched") entry.close();
}

function namesOf(database: SqliteDatabase | undefined): ReadonlySet<string> {
  const names = database === undefined ? [] : [basename(database.name), basename(database.path())];
  return new Set(names.flatMap((name) => [name, `${name}-wal`, `${name}-shm`, `${name}-journal`]));
}

function writtenOf(database: SqliteDatabase): string {
  try {
    // With the rollback journal it is the end of that which makes a commit.
    const journal = statSync(`${database.path()}-journal`, { throwIfNoEntry: false });
    return `${database.stamps().written} ${journal?.mtimeMs}`;
  } catch (error) {
    const fault = asDatabaseError(error, database.name);
    if (!(fault instanceof DatabaseError)) throw fault;
    return fault.fault;
  }
}
