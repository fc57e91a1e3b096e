import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

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

/** Deno lets only those signal another process who may run anything; who may run this program may do it by its help. */
const KILL = "/bin/kill";

/**
 * Sends a signal to a process, or to a group by its negative number; 0 only asks whether it is there.
 *
 * @throws an error with the code `ESRCH` or `EPERM`, or one that `isDenied`
 */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isDenied(error)) throw error;
    runKill(pid, signal, error);
  }
}

/** Whether this is Deno's refusal of what it was not started with leave for. */
export function isDenied(error: unknown): boolean {
  return error instanceof Error && error.name === "NotCapable";
}

function runKill(pid: number, signal: NodeJS.Signals | 0, denial: unknown): void {
  const name = signal === 0 ? "0" : signal.replace(/^SIG/, "");
  const ended = spawnSync(KILL, ["-s", name, "--", String(pid)], { env: { LC_ALL: "C" }, encoding: "utf8" });
  if (ended.status === 0) return;
  // It was not run: Deno 2.9 then gives a result without anything in it.
  if (typeof ended.status !== "number") throw denial;
  const code = /not permitted|denied/i.test(ended.stderr) ? "EPERM" : "ESRCH";
  throw Object.assign(new Error(`kill ${code}`), { code });
}

const LOOK_EVERY = 50;

/** A process, told from one that gets its number later. */
export interface ProcessMark {
  readonly pid: number;
  /** When it was started, in the system's own words, with the boot it belongs to; compared, never read. */
  readonly start: string;
}

/** The mark of a process that runs now; undefined when there is none, or when the system does not tell. */
export function markOf(pid: number): ProcessMark | undefined {
  const start = process.platform === "linux" ? linuxStart(pid) : psStart(pid);
  return start === undefined ? undefined : { pid, start };
}

/** Whether that very process still runs. One that has ended and that nobody has asked about (a zombie) does not. */
export function isRunning(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.start === mark.start;
}

/**
 * Ends the group that this process leads, if it still runs: SIGTERM, after `grace` ms SIGKILL.
 *
 * @returns whether there was anything to end
 */
export async function endProcess(mark: ProcessMark, grace: number): Promise<boolean> {
  if (!isRunning(mark)) return false;
  signalGroup(mark.pid, "SIGTERM");
  for (let waited = 0; waited < grace && isRunning(mark); waited += LOOK_EVERY) await delay(LOOK_EVERY);
  signalGroup(mark.pid, "SIGKILL");
  return true;
}

/** Whether any process has this number. Where nobody may ask, it is taken to be: what names it is mostly removed at its end. */
export function isAlive(pid: number): boolean {
  try {
    sendSignal(pid, 0);
    return true;
  } catch (error) {
    return isDenied(error) || (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Signals a process and all it started, as far as they are there and ours. */
export function signalGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    sendSignal(-pid, signal);
  } catch {
    // It is gone, which is what was wanted, or another user's.
  }
}

/** Field 22 of `/proc/<pid>/stat`, in ticks since the boot. */
function linuxStart(pid: number): string | undefined {
  const [state, ...fields] = statFields(pid);
  const ticks = fields[18];
  if (ticks === undefined || state === "Z" || state === "X") return undefined;
  return `${readText("/proc/sys/kernel/random/boot_id")?.trim().slice(0, 8) ?? ""}:${ticks}`;
}

function psStart(pid: number): string | undefined {
  const { status, stdout } = spawnSync("/bin/ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
    env: { LC_ALL: "C", TZ: "UTC" },
    encoding: "utf8",
  });
  const [state = "", ...start] = status === 0 ? stdout.trim().split(/\s+/) : [];
  return start.length === 0 || state.startsWith("Z") ? undefined : start.join(" ");
}
