import { createHash } from "node:crypto";

/** Marks of life that a leader takes in turn, so that the one it holds says how far it has got. */
const BEATS = 4;
/** Two looks further apart than this say nothing of the time between, in milliseconds: it may have beaten all round. */
const LOOKS_APART = 3_000;

/** The names of the locks by which the watchers of a town know each other. */
export interface Marks {
  /** Held by the one that leads. */
  readonly lead: string;
  /** Held one at a time, each for a beat. */
  readonly beats: readonly string[];
  /** Held while a command is under way. */
  readonly busy: string;
}

/**
 * At most 64 characters, and nothing that needs quoting.
 *
 * @param database the town's own: by its name the towns of one server are told apart, whatever its letter case
 */
export function marksOf(database: string): Marks {
  const lead = `convoy-watcher.${createHash("sha256").update(database.toLowerCase()).digest("hex").slice(0, 40)}`;
  return { lead, beats: Array.from({ length: BEATS }, (_, at) => `${lead}.${at}`), busy: `${lead}.run` };
}

/** What is seen of a leader. */
export interface Sight {
  /** Its connection. */
  readonly holder: number;
  /** Which beats it holds; none for a watcher that gives no such mark. */
  readonly beats: readonly number[];
}

/** For how long a leader has given no sign of life, in milliseconds. */
export interface Silence {
  saw(sight: Sight): number;
}

/**
 * Counts only what was looked at: who was frozen himself, or cut off, has not seen what he missed.
 *
 * @param now milliseconds, monotonic
 */
export function createSilence(now: () => number): Silence {
  let last: string | undefined;
  let lookedAt = 0;
  let since = 0;

  return {
    saw({ holder, beats }) {
      const seen = JSON.stringify([holder, beats]);
      const at = now();
      if (seen !== last || at - lookedAt > LOOKS_APART || beats.length === 0) since = at;
      last = seen;
      lookedAt = at;
      return at - since;
    },
  };
}
