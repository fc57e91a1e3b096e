import { setImmediate } from "node:timers";
import type { Clock } from "../../src/index.ts";

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly end: () => void;
}

/** So many timers at one instant are a hot loop. */
const HOT = 20_000;

/**
 * Time that stands still until it is told to move. A turn of the real event loop lets every pending promise settle, so
 * that what happens at one instant is over before the next one comes.
 */
export class VirtualClock implements Clock {
  #epoch: number;
  #elapsed = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();

  constructor(epoch: number = Date.UTC(2026, 0, 12)) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#elapsed;
  }

  wall(): number {
    return this.#epoch + this.#elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        this.#timers.delete(timer);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = { at: this.#elapsed + Math.max(0, ms), order: (this.#order += 1), end };
      this.#timers.add(timer);
      signal?.addEventListener("abort", end, { once: true });
    });
  }

  /** Sleeps that have not ended. */
  get sleepers(): number {
    return this.#timers.size;
  }

  /** How long until the next sleep ends. */
  get untilNext(): number | undefined {
    const first = this.#first();
    return first && Math.max(0, first.at - this.#elapsed);
  }

  /** Sets the wall clock, as a time server does. Sleeps last as long as they would have. */
  jump(ms: number): void {
    this.#epoch += ms;
  }

  /** Lets everything happen that is due at this instant. */
  async settle(): Promise<void> {
    for (let fired = 0; ; fired += 1) {
      await turn();
      const first = this.#first();
      if (first === undefined || first.at > this.#elapsed) return;
      if (fired > HOT) throw new Error(`hot loop: more than ${HOT} timers at one instant`);
      first.end();
    }
  }

  /** Moves time on, and stops at every instant at which a sleep ends. */
  async advance(ms: number): Promise<void> {
    const until = this.#elapsed + ms;
    await this.settle();
    for (;;) {
      const first = this.#first();
      if (first === undefined || first.at > until) break;
      this.#elapsed = Math.max(this.#elapsed, first.at);
      await this.settle();
    }
    this.#elapsed = until;
  }

  #first(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer;
    }
    return first;
  }
}

/** Everything that waits for nothing but promises has happened after this. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
