import type { ActivitySource } from "./ports.ts";
import type { Run } from "./run.ts";

/** How long the first sweep waits for the sources. */
const ATTACH_LIMIT = 5_000;

/** Which sources have said that they are attached, or can't be. */
export interface Attachments {
  note(source: ActivitySource): void;
  /**
   * Ends when all have said so and `also` is over, or when they have had their time: nothing that hangs may keep the
   * town waiting.
   */
  complete(also?: Promise<void>): Promise<void>;
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
    async complete(also) {
      const nap = new AbortController();
      const all = Promise.all([attached.promise, also]);
      await Promise.race([all, clock.sleep(ATTACH_LIMIT, AbortSignal.any([stop, nap.signal]))]);
      nap.abort();
      over = true;
    },
  };
}
