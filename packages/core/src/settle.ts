import { parseTime } from "./beads.ts";
import type { ConvoySnapshot, Verdict } from "./convoy.ts";
import type { Context, Life } from "./life.ts";
import type { WatchRecord } from "./records.ts";

/** More closes than that in such a time are no coincidence. */
const FLIPS = 3;
const WINDOW = 300_000;
/** How long it is left alone then, from its last close: twice as long each time. */
const FIRST_WAIT = 30_000;
const LONGEST_WAIT = 300_000;
/** So long it is remembered. */
const MEMORY = 2 * LONGEST_WAIT;

/** The closes that are remembered once there was another one. */
export function closesAfter({ closes }: Life, now: number): readonly number[] {
  const last = closes.at(-1) ?? Number.NEGATIVE_INFINITY;
  const kept = closes.length > FLIPS ? (now - last <= MEMORY ? closes : []) : closes.filter((at) => now - at <= WINDOW);
  return [...kept, now].slice(-(FLIPS + 8));
}

/** Until when a convoy that is closed and opened again and again is left alone. */
export function flipsUntil({ closes }: Life): number {
  const last = closes.at(-1);
  if (last === undefined || closes.length <= FLIPS) return Number.NEGATIVE_INFINITY;
  return last + Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (closes.length - FLIPS - 1));
}

export function flipsRecord({ id }: ConvoySnapshot, { closes }: Life, { now }: Context): WatchRecord {
  const minutes = Math.max(1, Math.round((now - (closes[0] ?? now)) / 60_000));
  return {
    event: "warning",
    message: `${id} was closed ${closes.length} times within ${minutes} min and opened again each time: it is left alone for longer and longer`,
    hint: "bd 1.0.3 and 1.0.4 import an old issues.jsonl with every call (bd#3948): upgrade bd, or fix .beads/issues.jsonl",
  };
}

/**
 * How long a convoy must have tracked the same issues when it is complete and no close was seen to complete them. gt
 * writes what a convoy tracks one after the other, on a busy machine seconds apart, and opens a closed one again first.
 */
export const SETTLE = 3_000;
/** What nobody has written to for so long, by clocks of several machines, is not being put together. */
const AT_REST = 60_000;
/** So long after it was made, a convoy may still be without the first issue it will track. */
export const BARE = 2_000;

/** What a convoy tracks, to compare. */
export function tracksOf(convoy: ConvoySnapshot): string {
  return JSON.stringify(convoy.tracked.map((issue) => issue.reference));
}

/** Until when a convoy is to be left alone because it may not track yet all that it will track; monotonic. */
export function waitsUntil(life: Life, convoy: ConvoySnapshot, verdict: Verdict, context: Context): number {
  const { now } = context;
  const tracks = tracksOf(convoy);
  // A close has completed just what was seen before.
  if (life.openTracks === tracks) return now;
  if (verdict.kind !== "complete" && life.tracks === tracks && life.settled === undefined) return now;
  if (life.settled?.tracks === tracks) return life.settled.until;
  const isFirst = life.state.kind === "new" && life.tracks === undefined;
  return isFirst && isAtRest(convoy, context) ? now : now + SETTLE;
}

/** How much longer a convoy that tracks nothing may still be being made, in milliseconds. */
export function isBeingMade({ createdAt }: ConvoySnapshot, wall: number): number {
  const age = wall - (parseTime(createdAt) ?? Number.NaN);
  return age >= 0 && age < BARE ? BARE - age : 0;
}

function isAtRest({ createdAt, updatedAt }: ConvoySnapshot, { now, wall, jumpedAt }: Context): boolean {
  const written = parseTime(updatedAt);
  if (written === undefined || now - jumpedAt < AT_REST) return false;
  return wall - Math.max(written, parseTime(createdAt) ?? written) > AT_REST;
}
