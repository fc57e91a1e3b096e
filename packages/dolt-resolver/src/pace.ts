import type { Clock } from "@gastown/convoy-core";

/** While something happens now and then, in milliseconds. */
export const FASTEST = 100;
/** When nothing has happened for long. */
export const SLOWEST = 1_000;
/** While no convoy waits for anything: then only a new one is to be seen. */
const IDLE = 500;
/** The wait grows to one part in so many of the time that nothing has happened: ten minutes lead to the slowest pace. */
const SHARE = 600;

/** Looks are so much further apart than one takes, so that a server with many databases works on them for one part in so many. */
const REST = 100;

/** How long to wait between two looks at a server. */
export interface Pace {
  /** Something has happened. */
  quicken(): void;
  /** A look at which nothing had happened took so long, in milliseconds. */
  took(ms: number): void;
  next(waits: boolean): number;
}

export function createPace(clock: Pick<Clock, "now">): Pace {
  let happenedAt = clock.now();
  /** As it mostly is: one slow answer says little. */
  let usual = 0;
  return {
    took(ms) {
      usual += (ms - usual) / (ms < usual ? 4 : 16);
    },
    quicken() {
      happenedAt = clock.now();
    },
    next(waits) {
      const quiet = Math.max(0, clock.now() - happenedAt);
      return Math.min(SLOWEST, Math.max(waits ? FASTEST : IDLE, quiet / SHARE, usual * REST));
    },
  };
}
