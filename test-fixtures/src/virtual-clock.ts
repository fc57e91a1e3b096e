import { setImmediate } from "node:timers";

/** Time that stands still until it is moved, for what meets real files and processes meanwhile. In milliseconds. */
export interface VirtualClock {
  now(): number;
  wall(): number;
  /** Sets the wall clock alone, as a time server does. */
  jump(ms: number): void;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Sleeps so far. */
  readonly slept: number;
  /** Sleeps under way, in ms as they were asked for. */
  readonly sleeping: readonly number[];
  /** Moves time on, and lets real input and output catch up wherever a sleep ends. */
  advance(ms: number): Promise<void>;
}

interface Sleep {
  readonly ms: number;
  readonly at: number;
  readonly end: () => void;
}

export function virtualClock(): VirtualClock {
  let now = 0;
  let epoch = Date.UTC(2026, 0, 12);
  let slept = 0;
  const sleeps = new Set<Sleep>();
  const breathe = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => void setImmediate(resolve));
  };
  return {
    now: () => now,
    wall: () => epoch + now,
    jump(ms) {
      epoch += ms;
    },
    sleep(ms, signal) {
      if (signal?.aborted === true) return Promise.resolve();
      slept += 1;
      return new Promise((resolve) => {
        const end = (): void => {
          sleeps.delete(sleep);
          signal?.removeEventListener("abort", end);
          resolve();
        };
        const sleep = { ms, at: now + ms, end };
        sleeps.add(sleep);
        signal?.addEventListener("abort", end, { once: true });
      });
    },
    get slept() {
      return slept;
    },
    get sleeping() {
      return [...sleeps].map(({ ms }) => ms);
    },
    async advance(ms) {
      const until = now + ms;
      for (;;) {
        await breathe();
        const next = [...sleeps].toSorted((one, other) => one.at - other.at)[0];
        if (next === undefined || next.at > until) break;
        now = Math.max(now, next.at);
        next.end();
      }
      now = until;
    },
  };
}
