import { type ActivitySource, createHintChannel } from "@gastown/convoy-core";

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
