import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something holds, and returns it. */
export async function until<T>(what: () => T | undefined | false, ms = 15_000): Promise<T> {
  for (const end = Date.now() + ms; ;) {
    const value = what();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`it did not hold within ${ms} ms: ${what}`);
    await sleep(5);
  }
}
