import type { Clock } from "./ports.ts";

/** What a timer can count; a longer sleep would end at once. */
export const LONGEST_SLEEP: number = 2 ** 31 - 1;

/** Keys of low priority have their turn when no others wait. */
export type Priority = "high" | "low";

/**
 * A queue of keys after client-go's `workqueue`: fair, and stingy. A key that is added twice before its turn has one
 * turn; a key that is added during its turn has one more; no key has two turns at once.
 */
export class WorkQueue<K> {
  readonly #clock: Clock;
  // A key may be in both, or in one that is not its own any more: what counts is `#dirty`.
  readonly #queues: Readonly<Record<Priority, K[]>> = { high: [], low: [] };
  readonly #dirty = new Map<K, Priority>();
  readonly #processing = new Set<K>();
  readonly #delayed = new Map<K, { readonly at: number; readonly controller: AbortController }>();
  #waiters: (() => void)[] = [];
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Gives the key a turn, now or as soon as its present turn is over. A delayed turn is brought forward. */
  add(key: K, priority: Priority = "high"): void {
    if (this.#closed) return;
    this.#cancel(key);
    const before = this.#dirty.get(key);
    if (before === "high" || before === priority) return;
    this.#dirty.set(key, priority);
    if (this.#processing.has(key)) return;
    this.#queues[priority].push(key);
    this.#wake();
  }

  /** Gives the key a turn after `ms`; of several delays for one key the earliest holds. */
  addAfter(key: K, ms: number): void {
    if (this.#closed) return;
    if (ms <= 0) return this.add(key);
    const at = this.#clock.now() + ms;
    const before = this.#delayed.get(key);
    if (before !== undefined && before.at <= at) return;
    this.#cancel(key);
    const controller = new AbortController();
    this.#delayed.set(key, { at, controller });
    void this.#clock.sleep(Math.min(ms, LONGEST_SLEEP), controller.signal).then(() => {
      if (!controller.signal.aborted) this.add(key);
    });
  }

  /**
   * Takes up to `max` keys whose turn it is; waits for the first. While none of high priority wait, up to `maxLow` of
   * the others. Returns none once the queue is shut and empty.
   */
  async take(max: number, maxLow: number = max): Promise<K[]> {
    for (;;) {
      const keys = this.#takeOf("high", max);
      if (keys.length === 0) keys.push(...this.#takeOf("low", maxLow));
      if (keys.length > 0 || this.#closed) return keys;
      await this.#change();
    }
  }

  /**
   * Begins a turn of this key, out of line, as soon as none is under way. Keys that were added before that keep their
   * turn. False once the queue is shut.
   */
  async claim(key: K): Promise<boolean> {
    while (this.#processing.has(key) && !this.#closed) await this.#change();
    if (this.#closed) return false;
    this.#processing.add(key);
    return true;
  }

  /** Ends a turn. */
  done(key: K): void {
    this.#processing.delete(key);
    const priority = this.#dirty.get(key);
    if (priority !== undefined) this.#queues[priority].push(key);
    this.#wake();
  }

  /** Whether a turn of this key is under way or to come. */
  has(key: K): boolean {
    return this.#dirty.has(key) || this.#processing.has(key) || this.#delayed.has(key);
  }

  /** Keys whose turn is under way or to come, delayed ones left out. */
  get busy(): number {
    return new Set([...this.#processing, ...this.#dirty.keys()]).size;
  }

  /** Keys with a turn at a later time. */
  get delayed(): number {
    return this.#delayed.size;
  }

  /** Takes no more keys and drops those whose turn has not begun; `take` returns none from now on. */
  shutDown(): void {
    this.#closed = true;
    for (const queue of Object.values(this.#queues)) queue.length = 0;
    this.#dirty.clear();
    for (const key of [...this.#delayed.keys()]) this.#cancel(key);
    this.#wake();
  }

  #takeOf(priority: Priority, max: number): K[] {
    const queue = this.#queues[priority];
    const keys: K[] = [];
    let looked = 0;
    for (; looked < queue.length && keys.length < max; looked += 1) {
      const key = queue[looked] as K;
      // Its turn comes when the one under way is over, or has come by the other queue.
      if (this.#dirty.get(key) !== priority || this.#processing.has(key)) continue;
      this.#dirty.delete(key);
      this.#processing.add(key);
      keys.push(key);
    }
    queue.splice(0, looked);
    return keys;
  }

  #cancel(key: K): void {
    this.#delayed.get(key)?.controller.abort();
    this.#delayed.delete(key);
  }

  #change(): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#waiters.push(resolve);
    });
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
