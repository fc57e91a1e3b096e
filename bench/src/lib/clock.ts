import { type FSWatcher, watch } from "node:fs";

/**
 * What to add to `process.hrtime.bigint()` for nanoseconds since the epoch. `Date.now()` counts milliseconds only; the moment
 * at which it ticks tells the rest. Found anew at each use, for the system's clock may be slewed.
 */
export function epochOffset(): bigint {
  const before = Date.now();
  let now = before;
  while (now === before) now = Date.now();
  return BigInt(now) * 1_000_000n - process.hrtime.bigint();
}

/** Digits of nanoseconds as milliseconds; a double holds those since the epoch to a quarter of a microsecond. */
export function milliseconds(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1000n) / 1000;
}

/** The monotonic clock in milliseconds. */
export function monotonic(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

/** Tells when the directory next changes, by the monotonic clock. */
export function wakeUp(dir: string): { next(): Promise<number>; close(): void } {
  let wake: ((at: number) => void) | undefined;
  const watcher: FSWatcher = watch(dir, () => {
    wake?.(monotonic());
    wake = undefined;
  });
  return { next: () => new Promise((resolve) => (wake = resolve)), close: () => watcher.close() };
}
