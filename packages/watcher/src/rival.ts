import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "@gastown/process";
import { statOf } from "./stat-of.ts";

/**
 * Who else lands convoys in this town: a live `gt daemon` always runs a watcher of its own. Its pid is in
 * `daemon/daemon.pid`, and it holds a lock (flock) on `daemon/daemon.lock`.
 *
 * @returns its name in words, or undefined when there is none
 */
export function findRival(town: string): string | undefined {
  const holder = lockHolder(join(town, "daemon", "daemon.lock"));
  if (typeof holder === "number") return `gt daemon (pid ${holder})`;
  const pid = readPid(join(town, "daemon", "daemon.pid"));
  if (pid === undefined || !isAlive(pid)) return undefined;
  if (holder === "nobody" && !looksLikeGt(pid)) return undefined;
  return `gt daemon (pid ${pid})`;
}

/** The process that holds a lock on the file, `nobody`, or undefined when that can't be told. Linux lists all locks. */
function lockHolder(file: string): number | "nobody" | undefined {
  const stat = statOf(file);
  if (stat === undefined) return undefined;
  const locks = readText("/proc/locks");
  if (locks === undefined) return undefined;
  for (const line of locks.split("\n")) {
    // 1: FLOCK  ADVISORY  WRITE 4242 08:01:123456 0 EOF
    const [, , , , pid, where] = line.trim().split(/\s+/);
    if (where?.split(":")[2] === String(stat.ino) && line.includes("FLOCK")) return Number(pid);
  }
  return "nobody";
}

function readPid(file: string): number | undefined {
  const [first = ""] = readText(file)?.split("\n") ?? [];
  const pid = /^\d{1,10}$/.test(first.trim()) ? Number(first) : 0;
  return pid > 1 ? pid : undefined;
}

function looksLikeGt(pid: number): boolean {
  const commandLine = readText(`/proc/${pid}/cmdline`);
  return commandLine === undefined || commandLine.includes("daemon");
}

/** Undefined for what is not a file: a pipe would never end. */
function readText(file: string): string | undefined {
  try {
    return statSync(file).isFile() ? readFileSync(file, "utf8") : undefined;
  } catch {
    return undefined;
  }
}
