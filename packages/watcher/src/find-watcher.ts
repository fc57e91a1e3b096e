import { join } from "node:path";
import { isAlive } from "@gastown/process";
import { locksOn, statOf } from "./proc.ts";
import { isObject, readObject, stateDirOf } from "./state-dir.ts";
import type { WatcherStatus } from "./status-file.ts";

/** What can be seen of a watcher in a town, without taking its lock. */
export type FoundWatcher =
  /** `status` is absent until it has first written it. */
  | { readonly state: "running"; readonly pid: number; readonly since: string; readonly status?: WatcherStatus }
  /** It was killed: what it left behind is harmless. */
  | { readonly state: "dead"; readonly pid: number; readonly since: string; readonly status?: WatcherStatus }
  /** None runs; `status` is that of the last one. */
  | { readonly state: "none"; readonly status?: WatcherStatus };

/** Looks for a running watcher by the note that the holder of the lock leaves, and by the system's list of locks where it has one. */
export function findWatcher(town: string): FoundWatcher {
  const dir = stateDirOf(town);
  const status = readStatus(join(dir, "status.json"));
  const note = readNote(join(dir, "watcher.pid"));
  if (note === undefined) return { state: "none", ...(status && { status }) };
  const alive = isAlive(note.pid) && holdsLock(join(dir, "watcher.lock"), note.pid) !== false;
  const own = status?.pid === note.pid ? { status } : {};
  return { state: alive ? "running" : "dead", ...note, ...own };
}

function readNote(file: string): { pid: number; since: string } | undefined {
  const { pid, since } = readObject(file) ?? {};
  return typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0 && typeof since === "string"
    ? { pid, since }
    : undefined;
}

/** What a watcher wrote; anything of another shape counts as nothing. */
function readStatus(file: string): WatcherStatus | undefined {
  const status = readObject(file);
  if (typeof status?.["pid"] !== "number" || typeof status["startedAt"] !== "string") return undefined;
  if (!isObject(status["sources"]) || !isObject(status["stuck"]) || !Array.isArray(status["warnings"]))
    return undefined;
  return status as unknown as WatcherStatus;
}

/** Whether that process, or anybody on this file system, holds a lock on the file; undefined where the system does not tell. */
function holdsLock(file: string, pid: number): boolean | undefined {
  return (
    locksOn(file)?.some((lock) => lock.sameDevice || lock.pid === pid) ??
    (statOf(file) === undefined ? false : undefined)
  );
}
