import type { ActivitySource } from "./ports.ts";
import type { Run } from "./run.ts";

/** How long the first sweep waits for the sources. */
const ATTACH_LIMIT = 5_000;

/** Which sources have said that they are attached, or can't be. */
export interface Attachments {
  note(source: ActivitySource): void;
  /** Ends when all have said so, or have had their time: a source that hangs must not keep the town waiting. */
  complete(): Promise<void>;
}

/** @param late called for a source that is attached after its time: a sweep has to make up for what it missed */
export function createAttachments(run: Run, late: (source: ActivitySource) => void): Attachments {
  const { clock, sources, stop } = run.options;
  const missing = new Set(sources);
  const attached = Promise.withResolvers<void>();
  if (missing.size === 0) attached.resolve();
  let over = false;

  return {
    note(source) {
      if (!missing.delete(source)) return;
      if (over) late(source);
      if (missing.size === 0) attached.resolve();
    },
    async complete() {
      const nap = new AbortController();
      await Promise.race([attached.promise, clock.sleep(ATTACH_LIMIT, AbortSignal.any([stop, nap.signal]))]);
      nap.abort();
      over = true;
    },
  };
}
