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
  for (const end = Date.now() + ms; ; await sleep(10)) {
    const value = await look();
    if (value) return value as Held<T>;
    if (Date.now() > end) throw new Error(`No ${what} within ${ms} ms: ${JSON.stringify(await seen(), undefined, 1)}`);
  }
}
