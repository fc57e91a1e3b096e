import { connect } from "node:net";
import { join } from "node:path";
import type { Rival } from "@gastown/convoy-core";
import { isAlive, isDenied, otherPids, readText, statFields } from "@gastown/process";
import { isObject, isPid, readObject, stateDirOf, statOf } from "./state-dir.ts";
import type { WatcherStatus } from "./status.ts";

/**
 * Who else lands convoys in this town: a live `gt daemon` always runs a watcher of its own. Its pid is in
 * `daemon/daemon.pid`, and it holds a lock (flock) on `daemon/daemon.lock`.
 */
export function findRival(town: string): Rival | undefined {
  const pid = daemonOf(town);
  return pid === undefined
    ? undefined
    : { name: `gt daemon (pid ${pid})`, checking: hasDescendant(pid, closesConvoys) };
}

function daemonOf(town: string): number | undefined {
  const locks = locksOn(join(town, "daemon", "daemon.lock"));
  const held = locks?.filter(({ kind }) => kind === "FLOCK");
  const holder = held?.find(({ pid, sameDevice }) => sameDevice || looksLikeDaemon(pid) === true);
  if (holder !== undefined) return holder.pid;
  const pid = readPid(join(town, "daemon", "daemon.pid"));
  if (pid === undefined || !isAlive(pid)) return undefined;
  return locks !== undefined && looksLikeDaemon(pid) === false ? undefined : pid;
}

function readPid(file: string): number | undefined {
  const [first = ""] = readText(file)?.split("\n") ?? [];
  const pid = /^\d{1,10}$/.test(first.trim()) ? Number(first) : 0;
  return pid > 1 ? pid : undefined;
}

/** Undefined when its command line can't be read. */
function looksLikeDaemon(pid: number): boolean | undefined {
  return commandLine(pid)?.some((word) => word.includes("daemon"));
}

/** `gt convoy check`, `gt convoy close`, with whatever else. */
function closesConvoys(words: readonly string[]): boolean {
  const at = words.indexOf("convoy");
  return at > 0 && ["check", "close", "land"].includes(words[at + 1] ?? "");
}

const PATIENCE = 1_000;

/**
 * Whether any of these `.beads` directories has a bd daemon that listens: only such a rig has anything to tell
 * `bd activity`. A socket without anybody behind it is what a daemon that was killed leaves.
 */
export async function hasDaemon(beadsDirs: readonly string[]): Promise<boolean> {
  for (const dir of beadsDirs) {
    const socket = join(dir, "bd.sock");
    // Who may not ask takes its word for it.
    if (isSocket(socket) && (!mayConnect(socket) || (await isListening(socket)))) return true;
  }
  return false;
}

function isSocket(file: string): boolean {
  try {
    return statOf(file)?.isSocket() ?? false;
  } catch {
    return false;
  }
}

interface DenoPermissions {
  readonly permissions: {
    querySync(wanted: { readonly name: "write"; readonly path: string }): { readonly state: string };
  };
}

/** Deno's refusal comes as the rejection of a promise that nobody has, which no handler of the socket gets to see. */
function mayConnect(socket: string): boolean {
  const { Deno } = globalThis as { readonly Deno?: DenoPermissions };
  return Deno === undefined || Deno.permissions.querySync({ name: "write", path: socket }).state === "granted";
}

function isListening(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    const end = (listens: boolean): void => {
      connection.destroy();
      resolve(listens);
    };
    connection
      .once("connect", () => end(true))
      .once("error", (error) => end(isDenied(error)))
      .setTimeout(PATIENCE, () => end(true));
  });
}

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

/** What the holder of the lock has left of itself, whether or not it still runs. */
export function readNote(file: string): { readonly pid: number; readonly since: string } | undefined {
  const { pid, since } = readObject(file) ?? {};
  return isPid(pid) && typeof since === "string" ? { pid, since } : undefined;
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

/** The watcher as a plugin that is kept running, as far as its files say. Times are ISO 8601. */
export interface FoundHost {
  /** Its process is there. */
  readonly alive: boolean;
  /** `starting`, `running`, `waiting`, `stopped`; absent when it has left no note. */
  readonly phase?: string;
  /** Why the watcher is not running, what to do about it, and when it is tried again. */
  readonly error?: string;
  readonly hint?: string;
  readonly retryAt?: string;
}

/** Looks whether the watcher is enabled as a plugin of this town, and what its host says; undefined when it is not. */
export function findHost(town: string): FoundHost | undefined {
  const marker = readObject(join(town, "plugins", "convoy-watcher", "config.json"));
  if (typeof marker?.["managedBy"] !== "string") return undefined;
  const note = readObject(join(stateDirOf(town), "host.json"));
  const pid = note?.["pid"];
  const alive = isPid(pid) && pid > 1 && isAlive(pid);
  const texts = ["phase", "error", "hint", "retryAt"].flatMap((name) => {
    const value = note?.[name];
    return typeof value === "string" && value !== "" ? [[name, value] as const] : [];
  });
  return { alive, ...Object.fromEntries(texts) };
}

/** A lock that some process holds on a file, as `/proc/locks` lists it. */
export interface HeldLock {
  readonly pid: number;
  readonly kind: string;
  /** It is on the file system that the file is on. Not so where the system names them in two ways (btrfs, overlays). */
  readonly sameDevice: boolean;
}

/** Locks on the file with this inode; undefined where the system does not tell. */
export function locksOn(file: string): readonly HeldLock[] | undefined {
  const stat = statOf(file);
  const locks = stat && readText("/proc/locks");
  return stat === undefined || locks === undefined ? undefined : locksIn(locks, stat);
}

/** The same of a list that has been read. */
export function locksIn(
  locks: string,
  { dev, ino }: { readonly dev: bigint; readonly ino: bigint },
): readonly HeldLock[] {
  const device = deviceWords(dev);
  return locks.split("\n").flatMap((line) => {
    // 1: FLOCK  ADVISORY  WRITE 4242 08:01:123456 0 EOF; one that waits has an arrow before its kind.
    const [, kind = "", , , pid, where = ""] = line.trim().split(/\s+/);
    const [major, minor, inode] = where.split(":");
    if (inode !== String(ino)) return [];
    return [{ pid: Number(pid), kind, sameDevice: `${major}:${minor}` === device }];
  });
}

/** Words of the command line of a process; undefined when there is none, or it can't be told. */
export function commandLine(pid: number): readonly string[] | undefined {
  const words = readText(`/proc/${pid}/cmdline`)?.split("\0");
  return words === undefined || words.length < 2 ? undefined : words.slice(0, -1);
}

/** Whether a process below this one has a command line that matches. False where the system does not tell. */
export function hasDescendant(pid: number, matches: (words: readonly string[]) => boolean): boolean {
  return otherPids().some((one) => one !== pid && matches(commandLine(one) ?? []) && isBelow(one, pid));
}

function isBelow(pid: number, ancestor: number): boolean {
  const seen = new Set<number>();
  for (let at = pid; at > 1 && !seen.has(at); at = Number(statFields(at)[1] ?? 0)) {
    if (at === ancestor) return true;
    seen.add(at);
  }
  return false;
}

/** Major and minor number in hexadecimal, as in `/proc/locks`, of a device as `stat` has it. */
function deviceWords(dev: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  return [major, minor].map((number) => number.toString(16).padStart(2, "0")).join(":");
}
