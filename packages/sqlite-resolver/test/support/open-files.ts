import { readdirSync, readlinkSync } from "node:fs";

/** File descriptors of this process on a path (or all of them), by /proc. */
export function openFiles(path = ""): number {
  const targets = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return "";
    }
  });
  return targets.filter((target) => target.startsWith(path)).length;
}
