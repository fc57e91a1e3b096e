import type { Run } from "./run.ts";

/** What waits in a watcher, and for how long. */
export interface Gauges {
  /** Convoys that wait to be judged, or are being judged. */
  readonly judging: number;
  /** Convoys whose turn to be landed has come. */
  readonly landing: number;
  /** Convoys whose time has not come: a retry, a grace, a settling. */
  readonly delayed: number;
  /** When the oldest hint came that has not been judged yet, ISO 8601. */
  readonly oldestHint?: string;
}

/** What waits now. */
export function gaugesOf({ options: { clock }, judging, landing, lives }: Run): Gauges {
  let oldest: number | undefined;
  for (const { hintedAt } of lives.values())
    if (hintedAt !== undefined && hintedAt < (oldest ?? Number.POSITIVE_INFINITY)) oldest = hintedAt;
  return {
    judging: judging.busy,
    landing: landing.busy,
    delayed: judging.delayed,
    ...(oldest !== undefined && { oldestHint: new Date(clock.wall() - clock.now() + oldest).toISOString() }),
  };
}
