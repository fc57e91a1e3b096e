import { type FSWatcher, watch } from "node:fs";
import { monotonic } from "./clock.ts";

/** Tells when the directory next changes, by the monotonic clock. */
export function wakeUp(dir: string): { next(): Promise<number>; close(): void } {
  let wake: ((at: number) => void) | undefined;
  const watcher: FSWatcher = watch(dir, () => {
    wake?.(monotonic());
    wake = undefined;
  });
  return { next: () => new Promise((resolve) => (wake = resolve)), close: () => watcher.close() };
}
