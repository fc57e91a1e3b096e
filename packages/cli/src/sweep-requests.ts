import { type ActivitySource, createHintChannel, type WatchRecord } from "@gastown/convoy-core";

/** The signal by which `check` asks a running watcher to look at everything now; the host of plugins takes the same. */
export const SWEEP_SIGNAL = "SIGUSR2";

/** The source that is only there to be asked; nobody is told of it. */
export const REQUESTS = "request";

/** Sweeps on demand. */
export interface SweepRequests {
  readonly source: ActivitySource;
  /** The record without what is only said of this source: nobody asked for it. */
  hide(record: WatchRecord): WatchRecord | undefined;
  dispose(): void;
}

/** Turns signals into requests for a sweep; several at once are one. */
export function takeSweepRequests(): SweepRequests {
  const channel = createHintChannel();
  const ask = (): void => channel.push({ kind: "sweep", reason: "asked by convoy-cli check" });
  process.on(SWEEP_SIGNAL, ask);
  return {
    source: {
      name: REQUESTS,
      async *hints(signal) {
        yield { kind: "state", state: "up" };
        signal.addEventListener("abort", () => channel.end(), { once: true });
        if (!signal.aborted) yield* channel;
      },
    },
    hide(record) {
      if (record.event === "source" && record.name === REQUESTS) return undefined;
      if (record.event === "watching")
        return { ...record, sources: record.sources.filter((name) => name !== REQUESTS) };
      return record;
    },
    dispose: () => void process.off(SWEEP_SIGNAL, ask),
  };
}
