import type { Clock } from "@gastown/convoy-core";

const LONGEST_TIMER = 2 ** 31 - 1;

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  sleep(ms, signal) {
    if (signal?.aborted) return Promise.resolve();
    // A timer takes a millisecond at least; nothing is to be waited for here but the turn of whatever else is ready.
    if (ms <= 0) return new Promise((resolve) => void setImmediate(resolve));
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, Math.min(ms, LONGEST_TIMER));
      signal?.addEventListener("abort", end, { once: true });
    });
  },
};
