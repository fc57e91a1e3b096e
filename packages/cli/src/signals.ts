import { type Stopping, takeSignals } from "@gastown/host-kit";

export type { Stopping };

/** Milliseconds until a command in flight is ended, once the demo is to stop. */
const DRAIN_LIMIT = 10_000;
/** Milliseconds until the process ends, once the watcher is to stop: it leaves a gt under way after 10 s, and is done then. */
const PATIENCE = 15_000;

/** How the demo is stopped: by signals, and by a stdout that nobody reads any more. Nothing of it may be left. */
export function takeStopping(say: (text: string) => void): Stopping {
  return takeSignals({ say, drain: DRAIN_LIMIT, boundToOutput: true });
}

/** The same for commands that land convoys: a gt that is telling people is ended by a second signal only. */
export function takeLeaving(say: (text: string) => void): Stopping {
  return takeSignals({ say, patience: PATIENCE, boundToOutput: true });
}
