/** Exponential backoff with full jitter. All times in milliseconds. */
export interface Backoff {
  /** Ceiling of the first delay. */
  readonly base: number;
  /** Ceiling of any delay. */
  readonly cap: number;
  /** Floor of any delay, so that no jitter makes a hot loop. */
  readonly floor: number;
}

/** For a stream that is to be kept alive. */
export const STREAM_BACKOFF: Backoff = { base: 250, cap: 30_000, floor: 50 };

/** For a landing that did not come about. */
export const LANDING_BACKOFF: Backoff = { base: 1_000, cap: 300_000, floor: 250 };

/**
 * How long to wait before the next try.
 *
 * @param failures how many tries have failed in a row, from 1
 * @param random a number in [0, 1)
 */
export function backoff({ base, cap, floor }: Backoff, failures: number, random: number): number {
  const ceiling = Math.min(cap, base * 2 ** Math.min(failures - 1, 30));
  return Math.max(floor, Math.round(random * ceiling));
}
