import { type FSWatcher, statfsSync, statSync, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { setImmediate } from "node:timers";
import { type Clock, DatabaseError, messageOf } from "@gastown/convoy-core";
import { asDatabaseError } from "./driver.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";

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

  const watchIn = (dir: string): void => {
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
      for (const dir of dirs) watchIn(dir);
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

/** A directory that is watched, or the reason why it can't be. */
export type DirectoryWatch =
  | {
      readonly kind: "watched";
      /** Of the directory that is watched, as `directoryIdentity` gives it. */
      readonly identity: string;
      /** False once the system has stopped watching by itself. */
      alive(): boolean;
      close(): void;
    }
  | {
      readonly kind: "unwatched";
      readonly why: string;
      /** It lies on another machine, whose changes show late, or not at all, in what the files look like from here. */
      readonly remote?: boolean;
    };

/** Watches the names in a directory. `onChange` gets the name, or undefined when the system does not tell. */
export type WatchDirectory = (dir: string, onChange: (name: string | undefined) => void) => DirectoryWatch;

/** File systems whose other writers the kernel does not tell about. Numbers are those of `statfs(2)`. */
const REMOTE: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x65735546, "FUSE"],
  [0x01021997, "9P"],
  [0x6a656a63, "virtiofs"],
  [0x5346414f, "AFS"],
  [0x00c36400, "Ceph"],
]);

/** A POSIX lock goes when its process closes any handle on the file; bd then removes a log that we still read. */
const DENO = "Deno opens and closes the files it watches, which drops SQLite's locks on them";

/** What the system is asked to watch by: the type of a file system as `statfs(2)` tells it, and the watcher itself. */
export interface WatchSystem {
  typeOf(dir: string): number;
  readonly watch: typeof watch;
}

/** Watches by the system's own means (inotify, kqueue). */
export const watchDirectory: WatchDirectory = watchDirectoryBy({ typeOf: (dir) => statfsSync(dir).type, watch });

/** The same by the means that are given. */
export function watchDirectoryBy(system: WatchSystem): WatchDirectory {
  return (dir, onChange) => {
    let watcher: FSWatcher | undefined;
    let failed = false;
    if ("Deno" in globalThis) return { kind: "unwatched", why: DENO };
    try {
      const remote = unwatchable(dir, system.typeOf(dir));
      if (remote !== undefined) return remote;
      const identity = directoryIdentity(dir);
      watcher = system.watch(dir, { persistent: false }, (_event, name) => onChange(name ?? undefined));
      watcher.on("error", () => {
        failed = true;
        watcher?.close();
      });
      return { kind: "watched", identity: identity ?? "", alive: () => !failed, close: () => watcher?.close() };
    } catch (error) {
      watcher?.close();
      return { kind: "unwatched", why: reason(error) };
    }
  };
}

/** Why nothing is heard of a directory on a file system of this type; undefined when it is. */
export function unwatchable(dir: string, type: number): (DirectoryWatch & { kind: "unwatched" }) | undefined {
  const remote = REMOTE.get(type);
  return remote === undefined ? undefined : { kind: "unwatched", why: `${dir} is on ${remote}`, remote: true };
}

/** What tells a directory from another in its place; undefined when there is none. */
export function directoryIdentity(dir: string): string | undefined {
  try {
    const stat = statSync(dir, { bigint: true });
    return stat.isDirectory() ? `${stat.dev}:${stat.ino}` : undefined;
  } catch {
    return undefined;
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOSPC") return "the limit of file watches is reached (fs.inotify.max_user_watches)";
  if (code === "EMFILE" || code === "ENFILE")
    return "the limit of open files or of watchers is reached (fs.inotify.max_user_instances)";
  return messageOf(error);
}
