import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "@gastown/process";
import { statOf } from "./stat-of.ts";
import { stateDirOf } from "./state-dir.ts";
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
  const alive = isAlive(note.pid) && holdsLock(join(dir, "watcher.lock")) !== false;
  const own = status?.pid === note.pid ? { status } : {};
  return { state: alive ? "running" : "dead", ...note, ...own };
}

function readNote(file: string): { pid: number; since: string } | undefined {
  const { pid, since } = readJson(file) ?? {};
  return typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0 && typeof since === "string"
    ? { pid, since }
    : undefined;
}

/** What a watcher wrote; anything of another shape counts as nothing. */
function readStatus(file: string): WatcherStatus | undefined {
  const status = readJson(file);
  if (typeof status?.["pid"] !== "number" || typeof status["startedAt"] !== "string") return undefined;
  if (!isObject(status["sources"]) || !isObject(status["stuck"]) || !Array.isArray(status["warnings"]))
    return undefined;
  return status as unknown as WatcherStatus;
}

/** Whether somebody holds a lock on the file; undefined where the system does not tell. */
function holdsLock(file: string): boolean | undefined {
  const stat = statOf(file);
  if (stat === undefined) return false;
  let locks: string;
  try {
    locks = readFileSync("/proc/locks", "utf8");
  } catch {
    return undefined;
  }
  // 1: POSIX  ADVISORY  WRITE 4242 08:01:123456 1073741824 1073742335
  return locks.split("\n").some((line) => line.trim().split(/\s+/)[5]?.split(":")[2] === String(stat.ino));
}

function readJson(file: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
