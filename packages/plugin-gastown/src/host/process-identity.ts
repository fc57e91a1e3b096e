import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Tells a process from any other that has had, or will have, its pid: by when it was started. Undefined when there is
 * no such process, or the system does not tell.
 */
export function processIdentity(pid: number): string | undefined {
  if (process.platform === "linux") return onLinux(pid);
  if (process.platform === "win32") return isThere(pid) ? "unknown" : undefined;
  const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
  return stdout?.trim() || undefined;
}

function onLinux(pid: number): string | undefined {
  try {
    // 42 (any (name)) S 1 …: the state, and as the 20th after the name the ticks between boot and start.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
