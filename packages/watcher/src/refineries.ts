import { readdirSync, readlinkSync, realpathSync } from "node:fs";
import { relative, sep } from "node:path";

/**
 * Rigs in whose refinery somebody is at work: a process has its working directory there, as gt starts the agent. Only Linux
 * tells; elsewhere none is found.
 *
 * @param proc where the system lists its processes
 */
export function findRefineries(town: string, proc = "/proc"): string[] {
  const rigs = new Set<string>();
  const root = resolved(town);
  for (const pid of list(proc)) {
    const dir = /^\d+$/.test(pid) && pid !== String(process.pid) ? linkOf(`${proc}/${pid}/cwd`) : undefined;
    if (dir === undefined) continue;
    const [rig = "", place] = relative(root, dir).split(sep);
    if (place === "refinery" && rig !== "..") rigs.add(rig);
  }
  return [...rigs].sort();
}

function resolved(dir: string): string {
  try {
    return realpathSync(dir);
  } catch {
    return dir;
  }
}

function list(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

/** Undefined for a process that has ended, or is somebody else's. */
function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
