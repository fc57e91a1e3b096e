import { spawnSync } from "node:child_process";

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
