import { appendFileSync } from "node:fs";
import { activityLine } from "@gastown/test-fixtures";

/** The line of `bd activity` for a close that happens now. */
export function closeLine(id: string): string {
  const time = BigInt(Date.now()) * 1_000_000n;
  return activityLine({ type: "status", id, time, oldStatus: "open", newStatus: "closed" });
}

/** What the rig's daemon would remember of the close, for `bd activity` to find at its next poll. */
export function tellDaemon(beadsDir: string, issue: string): void {
  appendFileSync(`${beadsDir}/activity.ndjson`, closeLine(issue));
}

/** Which rig of a bulk town an issue lives in. */
export function rigOf(id: string): number {
  return Number(/^r(\d+)/.exec(id)?.[1]);
}
