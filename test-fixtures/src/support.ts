import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

/** Generous: it bounds a test that has failed, and is never waited for by one that passes. In milliseconds. */
const PATIENCE = 20_000;

type Held<T> = Exclude<NonNullable<T>, false>;

/** Waits until something holds, and returns it. */
export function until<T>(look: () => T | Promise<T>): Promise<Held<T>> {
  return waitFor(String(look), look);
}

/**
 * The same, by a name for what is waited for.
 *
 * @param seen what to show when it did not come: what was there instead
 * @param ms how long to wait
 */
export async function waitFor<T>(
  what: string,
  look: () => T | Promise<T>,
  seen: () => unknown = () => "",
  ms: number = PATIENCE,
): Promise<Held<T>> {
  for (const end = Date.now() + ms; ;) {
    const begun = Date.now();
    const value = await look();
    if (value) return value as Held<T>;
    const now = Date.now();
    if (now > end) throw new Error(`No ${what} within ${ms} ms: ${JSON.stringify(await seen(), undefined, 1)}`);
    // A look may be a program's start: what is waited for needs the processor, too.
    await sleep(Math.max(10, now - begun));
  }
}

export interface TempDir extends Disposable {
  readonly path: string;
  remove(): void;
}

/**
 * A new directory under the system's one. It goes away with `using dir = tempDir()`, or after the test with
 * `tempDir(onTestFinished)`.
 */
export const tempDir = (onFinished?: (remove: () => void) => void, prefix = "convoy-"): TempDir => {
  const path = realpathSync(mkdtempSync(join(tmpdir(), prefix)));
  const remove = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  onFinished?.(remove);
  return { path, remove, [Symbol.dispose]: remove };
};

/** Whether a process is there; a zombie, which only waits for its parent, is not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" && process.platform !== "linux" && answers(pid);
  }
}

function answers(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
