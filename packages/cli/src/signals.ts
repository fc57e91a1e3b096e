import { type Stopping, takeSignals } from "@gastown/host-kit";

export type { Stopping };

/** Milliseconds until the process ends, once the watcher is to stop: it leaves a gt under way after 10 s, and is done then. */
const PATIENCE = 15_000;

/** How commands that land convoys are stopped, by signals or by a stdout that nobody reads: a gt that is telling people is ended by a second signal only. */
export function takeLeaving(say: (text: string) => void): Stopping {
  return takeSignals({ say, patience: PATIENCE, boundToOutput: true });
}
