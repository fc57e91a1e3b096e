import { setTimeout as sleep } from "node:timers/promises";

/** Generous: it bounds a test that has failed, and is never waited for by one that passes. */
const PATIENCE = 20_000;

/** Waits until a condition holds. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  seen: () => unknown = () => "",
): Promise<NonNullable<T>> {
  for (const end = Date.now() + PATIENCE; ; await sleep(20)) {
    const value = await look();
    if (value) return value;
    if (Date.now() > end) throw new Error(`No ${what} within ${PATIENCE} ms: ${JSON.stringify(seen(), undefined, 1)}`);
  }
}
