import { printable } from "@gastown/convoy-core";
import type { WatcherStatus } from "@gastown/convoy-watcher";

/** The status of a watcher as a person reads it, a line for each. */
export function summaryOf(status: WatcherStatus, rival: string | undefined): Readonly<Record<string, string>> {
  const { lastHint, lastSweep, landed, lastLanded, stuck, sources } = status;
  const last = lastLanded === undefined ? "" : `, last ${lastLanded.convoy} "${lastLanded.title}" at ${lastLanded.at}`;
  const stuckOnes = Object.entries(stuck).map(
    ([id, { attempts, output }]) => `${id} after ${attempts} tries: ${output}`,
  );
  const states = Object.entries(sources).map(
    ([name, one]) => `${name} ${one.state}${one.detail ? ` (${one.detail})` : ""}`,
  );
  const lines = {
    "last hint": lastHint === undefined ? "none yet" : `${lastHint.issue} (${lastHint.source}) at ${lastHint.at}`,
    "last sweep":
      lastSweep === undefined
        ? "none yet"
        : `${lastSweep.convoys} open convoys in ${Math.round(lastSweep.ms)} ms at ${lastSweep.at}`,
    landed: `${landed}${last}`,
    stuck: stuckOnes.join("; ") || "none",
    sources: states.join(", ") || "none yet",
    "rival daemon": rival ?? "none",
  };
  return Object.fromEntries(Object.entries(lines).map(([name, text]) => [name, printable(text, 1_000)]));
}
