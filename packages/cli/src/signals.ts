import { type Stopping, takeSignals } from "@gastown/host-kit";

export type { Stopping };

/** Milliseconds for the command in flight, once we are to stop. */
const DRAIN_LIMIT = 10_000;

/** How the commands that act are stopped: by signals, and by a stdout that nobody reads any more. */
export function takeStopping(say: (text: string) => void): Stopping {
  return takeSignals({ say, drain: DRAIN_LIMIT, boundToOutput: true });
}
