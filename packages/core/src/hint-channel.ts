import type { ActivitySource, Hint, IssueChange } from "./ports.ts";

/** Carries hints from a source to whoever follows it, without ever making the source wait. */
export interface HintChannel extends AsyncIterable<Hint> {
  /** Hands a hint on. Never waits, never throws. */
  push(hint: Hint): void;
  /** Ends the iteration once everything pushed so far has been taken. */
  end(): void;
}

/**
 * Changes that pile up are merged, so that the channel holds at most one entry for each issue. A state is passed on when
 * it is not the one that was told last.
 */
export function createHintChannel(): HintChannel {
  let queue: Hint[] = [];
  let pending = new Map<string, IssueChange>();
  let state: string | undefined;
  let ended = false;
  let wake: (() => void) | undefined;

  const signal = (): void => {
    wake?.();
    wake = undefined;
  };

  const isNews = (hint: Hint & { kind: "state" }): boolean => {
    const before = state;
    state = JSON.stringify([hint.state, hint.detail]);
    return state !== before;
  };

  return {
    push(hint) {
      if (hint.kind === "issues") mergeChanges(hint.changes, pending);
      else if (hint.kind !== "state" || isNews(hint)) queue.push(hint);
      signal();
    },
    end() {
      ended = true;
      signal();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const hints = queue;
        queue = [];
        yield* hints;
        if (pending.size > 0) {
          const changes = [...pending.values()];
          pending = new Map();
          yield { kind: "issues", changes };
        } else if (queue.length === 0) {
          if (ended) return;
          const woken = Promise.withResolvers<void>();
          wake = woken.resolve;
          await woken.promise;
        }
      }
    },
  };
}

/**
 * The hints that `work` pushes, until it has ended. When it fails, those it pushed before come first. Whoever stops
 * taking them waits until it has let go.
 *
 * @param signal ends the work
 * @param work begins with the iteration, and is to end when its signal is aborted
 */
export async function* hintsWhile(
  signal: AbortSignal,
  work: (channel: HintChannel, signal: AbortSignal) => Promise<void>,
): AsyncGenerator<Hint> {
  const channel = createHintChannel();
  const gone = new AbortController();
  const working = work(channel, AbortSignal.any([signal, gone.signal])).finally(() => channel.end());
  working.catch(() => undefined);
  let left = true;
  try {
    yield* channel;
    left = false;
  } finally {
    gone.abort();
    // Of a fault nobody would hear any more.
    if (left) await working.catch(() => undefined);
  }
  await working;
}

/** What these changes say of each issue, one after the other, and after those that are in `into` already. */
export function mergeChanges(
  changes: readonly IssueChange[],
  into: Map<string, IssueChange> = new Map(),
): Map<string, IssueChange> {
  for (const change of changes) into.set(change.issue, merge(into.get(change.issue), change));
  return into;
}

function merge(before: IssueChange | undefined, after: IssueChange): IssueChange {
  if (before === undefined) return after;
  // The stamp is that of a close, if there was one: by it a replay is known.
  const stamp = before.closed && !after.closed ? before.stamp : after.stamp;
  return {
    issue: after.issue,
    closed: before.closed || after.closed,
    ...((before.reopened === true || after.reopened === true) && { reopened: true }),
    ...(stamp !== undefined && { stamp }),
  };
}

/** Sweeps on demand. */
export interface RequestSource {
  /** To be given to the watcher. */
  readonly source: ActivitySource;
  /** Asks for a sweep; several requests that it has not got to are one. */
  ask(): void;
}

/** @param reason why there is a sweep, in its record */
export function createRequestSource(name: string, reason: string): RequestSource {
  const channel = createHintChannel();
  return {
    source: {
      name,
      async *hints(signal) {
        yield { kind: "state", state: "up" };
        signal.addEventListener("abort", () => channel.end(), { once: true });
        if (!signal.aborted) yield* channel;
      },
    },
    ask: () => channel.push({ kind: "sweep", reason }),
  };
}
