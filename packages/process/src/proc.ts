import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";

/** What a file says; undefined where there is none that can be read. Of a pipe, too: it would never end. */
export function readText(file: string): string | undefined {
  try {
    return statSync(file).isFile() ? readFileSync(file, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

/** Where a link leads; undefined where there is none, or it is somebody else's. */
export function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** The names in a directory; none when it cannot be read. */
export function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

/** The processes that the system lists, but for this one. None where it has no `/proc`. */
export function otherPids(proc = "/proc"): readonly number[] {
  return namesIn(proc).flatMap((name) => (/^\d+$/.test(name) && name !== String(process.pid) ? [Number(name)] : []));
}

/** The fields of `/proc/<pid>/stat` from the third on, the state. The second is the program's name, and may hold anything. */
export function statFields(pid: number): readonly string[] {
  const stat = readText(`/proc/${pid}/stat`);
  return stat === undefined ? [] : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
