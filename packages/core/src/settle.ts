import type { ConvoySnapshot } from "./convoy.ts";
import type { Verdict } from "./policy.ts";
import type { ConvoyMemory, Run } from "./run.ts";
import { parseTime } from "./times.ts";

/** How long a convoy must have tracked the same issues when it is complete without any of them having been closed. */
export const SETTLE = 500;
/** A convoy older than this is not being put together any more. */
const YOUNG = 10_000;
/** So long after it was made, a convoy may still be without the first issue it will track. */
export const BARE = 2_000;

/**
 * How long to wait before landing, in milliseconds. gt writes a convoy's dependencies one after the other; one whose
 * first issue is closed already looks complete before the second is there. A convoy that a close has completed does
 * not wait.
 */
export function settling(run: Run, memory: ConvoyMemory, convoy: ConvoySnapshot, verdict: Verdict): number {
  const now = run.options.clock.now();
  const tracks = JSON.stringify(convoy.tracked.map((issue) => issue.reference));
  const changed = memory.tracks !== tracks;
  const seenBefore = memory.tracks !== undefined;
  memory.tracks = tracks;
  if (verdict.kind !== "complete") delete memory.settledAt;
  else if (changed && (seenBefore || isYoung(convoy, run.options.clock.wall()))) memory.settledAt = now + SETTLE;
  const left = (memory.settledAt ?? now) - now;
  // More than that can be left only when the wall clock was set back.
  return left > SETTLE ? 0 : Math.max(0, left);
}

/**
 * How long to wait before a convoy is told of as empty, in milliseconds. gt writes a convoy before what it tracks, so
 * that each new one is empty for a moment.
 */
export function beingMade(convoy: ConvoySnapshot, now: number): number {
  const age = ageOf(convoy, now);
  return age >= 0 && age < BARE ? BARE - age : 0;
}

function isYoung(convoy: ConvoySnapshot, now: number): boolean {
  return Math.abs(ageOf(convoy, now)) < YOUNG;
}

/** NaN when it is not known. */
function ageOf({ createdAt }: ConvoySnapshot, now: number): number {
  return now - (parseTime(createdAt) ?? Number.NaN);
}
