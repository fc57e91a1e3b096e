import { join } from "node:path";
import type { Rival } from "@gastown/convoy-core";
import { isAlive } from "@gastown/process";
import { commandLine, hasDescendant, locksOn, readText } from "./proc.ts";

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
