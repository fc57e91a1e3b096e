import { type BigIntStats, readdirSync, readFileSync, statSync } from "node:fs";

/** What the system says of a path; undefined when nothing is there. On Deno a path below a file is an error to `statSync`. */
export function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false, bigint: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return undefined;
    throw error;
  }
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
  return pids().some((one) => one !== pid && matches(commandLine(one) ?? []) && isBelow(one, pid));
}

/** Undefined for what is not a file: a pipe would never end. */
export function readText(file: string): string | undefined {
  try {
    return statSync(file).isFile() ? readFileSync(file, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

function isBelow(pid: number, ancestor: number): boolean {
  const seen = new Set<number>();
  for (let at = pid; at > 1 && !seen.has(at); at = parentOf(at)) {
    if (at === ancestor) return true;
    seen.add(at);
  }
  return false;
}

function parentOf(pid: number): number {
  const stat = readText(`/proc/${pid}/stat`);
  return Number(stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? 0);
}

function pids(): readonly number[] {
  try {
    return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
}

/** Major and minor number in hexadecimal, as in `/proc/locks`, of a device as `stat` has it. */
function deviceWords(dev: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  return [major, minor].map((number) => number.toString(16).padStart(2, "0")).join(":");
}
