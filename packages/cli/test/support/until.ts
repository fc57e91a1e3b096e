import { setTimeout as sleep } from "node:timers/promises";

/** Generous: it bounds a test that has failed, and is never waited for by one that passes. */
const PATIENCE = 20_000;

/** Waits until a condition holds, and fails with what was there instead when it does not. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  seen: () => unknown = () => "",
  ms: number = PATIENCE,
): Promise<NonNullable<T>> {
  for (const end = Date.now() + ms; ; await sleep(10)) {
    const value = await look();
    if (value) return value;
    if (Date.now() > end) throw new Error(`No ${what} within ${ms} ms: ${JSON.stringify(await seen(), undefined, 1)}`);
  }
}
