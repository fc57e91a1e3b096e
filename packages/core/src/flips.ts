import type { ConvoySnapshot } from "./convoy.ts";
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
