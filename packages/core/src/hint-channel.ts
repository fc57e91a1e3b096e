import type { Hint, IssueChange } from "./ports.ts";

/** Carries hints from a source to whoever follows it, without ever making the source wait. */
export interface HintChannel extends AsyncIterable<Hint> {
  /** Hands a hint on. Never waits, never throws. */
  push(hint: Hint): void;
  /** Ends the iteration once everything pushed so far has been taken. */
  end(): void;
}

/** Changes that pile up are merged, so that the channel holds at most one entry for each issue. */
export function createHintChannel(): HintChannel {
  let queue: Hint[] = [];
  let pending = new Map<string, IssueChange>();
  let ended = false;
  let wake: (() => void) | undefined;

  const signal = (): void => {
    wake?.();
    wake = undefined;
  };

  return {
    push(hint) {
      if (hint.kind === "issues")
        for (const change of hint.changes) pending.set(change.issue, merge(pending.get(change.issue), change));
      else queue.push(hint);
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
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
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
