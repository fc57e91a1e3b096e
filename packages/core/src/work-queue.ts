import type { Clock } from "./ports.ts";

/** What a timer can count; a longer sleep would end at once. */
export const LONGEST_SLEEP: number = 2 ** 31 - 1;

/**
 * A queue of keys after client-go's `workqueue`: fair, and stingy. A key that is added twice before its turn has one
 * turn; a key that is added during its turn has one more; no key has two turns at once.
 */
export class WorkQueue<K> {
  readonly #clock: Clock;
  readonly #queue: K[] = [];
  readonly #dirty = new Set<K>();
  readonly #processing = new Set<K>();
  readonly #delayed = new Map<K, { readonly at: number; readonly controller: AbortController }>();
  #waiters: (() => void)[] = [];
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Gives the key a turn, now or as soon as its present turn is over. A delayed turn is brought forward. */
  add(key: K): void {
    if (this.#closed) return;
    this.#cancel(key);
    if (this.#dirty.has(key)) return;
    this.#dirty.add(key);
    if (this.#processing.has(key)) return;
    this.#queue.push(key);
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

  /** Takes up to `max` keys whose turn it is; waits for the first. Returns none once the queue is shut and empty. */
  async take(max: number): Promise<K[]> {
    while (this.#queue.length === 0) {
      if (this.#closed) return [];
      await new Promise<void>((resolve) => {
        this.#waiters.push(resolve);
      });
    }
    const keys = this.#queue.splice(0, max);
    for (const key of keys) {
      this.#dirty.delete(key);
      this.#processing.add(key);
    }
    return keys;
  }

  /** Ends a turn. */
  done(key: K): void {
    this.#processing.delete(key);
    if (this.#dirty.has(key)) this.#queue.push(key);
    this.#wake();
  }

  /** Whether a turn of this key is under way or to come. */
  has(key: K): boolean {
    return this.#dirty.has(key) || this.#processing.has(key) || this.#delayed.has(key);
  }

  /** Keys whose turn is under way or to come, delayed ones left out. */
  get busy(): number {
    return this.#processing.size + this.#queue.length;
  }

  /** Keys with a turn at a later time. */
  get delayed(): number {
    return this.#delayed.size;
  }

  /** Takes no more keys and drops those whose turn has not begun; `take` returns none from now on. */
  shutDown(): void {
    this.#closed = true;
    this.#queue.length = 0;
    this.#dirty.clear();
    for (const key of [...this.#delayed.keys()]) this.#cancel(key);
    this.#wake();
  }

  #cancel(key: K): void {
    this.#delayed.get(key)?.controller.abort();
    this.#delayed.delete(key);
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
