import { type ActivitySource, createHintChannel, type Reporter } from "@gastown/convoy-core";

/** Sweeps on demand. */
export interface SweepRequests {
  /** To be given to the watcher. */
  readonly source: ActivitySource;
  /** To be told of every record. */
  readonly report: Reporter;
  /** Resolves when a sweep that began after the call is over. */
  request(): Promise<void>;
  /** Rejects what is still waited for: there will be no more sweeps. */
  end(reason: unknown): void;
}

interface Waiter {
  readonly since: number;
  resolve(): void;
  reject(reason: unknown): void;
}

/** Turns requests into hints; those made during a sweep share the next one. */
export function createSweepRequests(now: () => number): SweepRequests {
  const channel = createHintChannel();
  let waiters: Waiter[] = [];
  let over: { readonly reason: unknown } | undefined;
  const ask = (): void => channel.push({ kind: "sweep", reason: "on demand" });

  return {
    source: {
      name: "trigger",
      async *hints(signal) {
        yield { kind: "state", state: "up" };
        signal.addEventListener("abort", () => channel.end(), { once: true });
        if (!signal.aborted) yield* channel;
      },
    },
    report(record) {
      if (record.event !== "sweep" || waiters.length === 0) return;
      const begun = now() - record.ms;
      for (const waiter of waiters) if (waiter.since < begun) waiter.resolve();
      waiters = waiters.filter(({ since }) => since >= begun);
      if (waiters.length > 0) ask();
    },
    request() {
      if (over !== undefined) return Promise.reject(over.reason);
      return new Promise((resolve, reject) => {
        waiters.push({ since: now(), resolve, reject });
        ask();
      });
    },
    end(reason) {
      over ??= { reason };
      for (const waiter of waiters) waiter.reject(reason);
      waiters = [];
    },
  };
}
