import { isSafeArgument, parseTime } from "./beads.ts";
import { type ConvoySnapshot, fingerprint, isHeld, judge, staleOf, type Verdict } from "./convoy.ts";
import {
  type Context,
  type Life,
  look,
  type Next,
  NOTHING,
  type Outcome,
  outcome,
  type State,
  without,
} from "./life.ts";
import { saidRecord, stuckRecord, type WatchRecord } from "./records.ts";
import { nextStep } from "./steps.ts";

/** A rival's own command is waited for so long beyond its grace. */
const RIVAL_LIMIT = 60_000;
const RIVAL_POLL = 250;

/** An open convoy was read for which nothing runs: what is to be done about it now. */
export function readOpen(life: Life, convoy: ConvoySnapshot, context: Context): Outcome {
  const verdict = judge(convoy);
  const held = isHeld(verdict);
  // A grace is over when what it began for is: it begins anew with the next completion.
  const isOver = held || (verdict.kind !== "complete" && life.left?.asking === false);
  const tracks = tracksOf(convoy);
  const known = without(isOver ? without(life, "left") : life, "unverified");
  const read: Life = {
    ...(held ? without(known, "settled", "failure") : known),
    title: convoy.title,
    unread: 0,
    tracks,
    ...(held && { openTracks: tracks }),
  };
  return verdict.kind === "complete" || mayAsk(read, verdict, convoy)
    ? pursue(read, life, convoy, verdict, context)
    : rest(read, convoy, verdict, context);
}

/**
 * Whether gt is to be asked although the verdict is `waiting`: nothing is known to be open, and a close event names
 * an issue that we can't see.
 */
function mayAsk({ asks }: Life, verdict: Verdict, { owned }: ConvoySnapshot): boolean {
  if (verdict.kind !== "waiting" || isHeld(verdict) || owned || asks.size === 0) return false;
  const named = new Set(asks.values());
  return verdict.blockers.some((issue) => issue.state === "unknown" && named.has(issue.id));
}

/** Nothing can be done for it now. */
function rest(life: Life, convoy: ConvoySnapshot, verdict: Verdict, { wall }: Context): Outcome {
  if (verdict.kind === "complete" || verdict.kind === "closed") return outcome(life);
  const resting: Life = { ...life, state: { kind: verdict.kind } };
  const making = verdict.kind === "empty" && life.hintedAt !== undefined ? isBeingMade(convoy, wall) : 0;
  if (making > 0) return outcome(resting, look(making));
  return said(without(resting, "hintedAt"), convoy, verdict);
}

/** It is complete, or gt may be asked: on towards a command, as far as that goes now. */
function pursue(life: Life, before: Life, convoy: ConvoySnapshot, verdict: Verdict, context: Context): Outcome {
  const { now, turn, gt } = context;
  const since =
    "since" in before.state && before.state.kind !== "telling" ? before.state.since : (life.hintedAt ?? now);
  const until = waitsUntil(before, convoy, verdict, context);
  const settled = without({ ...life, settled: { tracks: tracksOf(convoy), until } }, "hintedAt");
  // A rival that comes back has a grace of its own.
  const on = turn !== undefined && turn.rival === undefined ? without(settled, "left") : settled;
  const to = (state: State, next: Next, more: Partial<Life> = {}): Outcome =>
    said({ ...on, ...more, state }, convoy, verdict, next);

  if (until > now) return to({ kind: "settling", since }, look(until - now));
  if (context.dryRun) return to({ kind: "settling", since }, NOTHING);
  const flips = flipsUntil(on);
  if (flips > now) {
    const flipping = to({ kind: "settling", since }, look(flips - now), { warnedOf: on.closes.length });
    return on.warnedOf ? flipping : { ...flipping, records: [...flipping.records, flipsRecord(convoy, on, context)] };
  }
  if (!isSafeArgument(convoy.id)) return refused(on, convoy, verdict, since);

  const print = printOf(gt, convoy);
  const hasFailed = on.failure?.print === print;
  if (on.failure !== undefined && hasFailed && on.failure.retryAt > now)
    return to({ kind: "stuck", since }, look(on.failure.retryAt - now));
  const untried = hasFailed ? on : without(on, "failure");

  const asking = verdict.kind !== "complete";
  const left = on.left?.asking === asking && on.left.since >= context.jumpedAt ? on.left : undefined;
  if (turn === undefined) {
    if (left !== undefined && left.until > now) return to({ kind: "left", since }, look(left.until - now));
    return said({ ...untried, state: { kind: "landing", since, tries: [] } }, convoy, verdict, { kind: "turn" });
  }
  if (turn.rival !== undefined) {
    const grace = left ?? { since: now, until: now + context.grace, asking };
    const over = now >= grace.until && (!turn.rival.checking || now >= grace.until + RIVAL_LIMIT);
    const after = Math.max(grace.until - now, turn.rival.checking ? RIVAL_POLL : 0);
    if (!over) return to({ kind: "left", since }, look(after), { left: grace });
  }
  if (turn.stopped) return to({ kind: "landing", since, tries: [] }, NOTHING);
  const first = asking ? "check" : nextStep(context.steps, turn, convoy, []);
  if (first === undefined || !context.steps.includes(first)) return rest(on, convoy, verdict, context);
  const state: State = { kind: "landing", since, tries: [], running: first, print, asking };
  return said({ ...untried, state }, convoy, verdict, { kind: asking ? "ask" : "land", step: first });
}

/** An id that must not become an argument: said once. */
function refused(life: Life, convoy: ConvoySnapshot, verdict: Verdict, since: number): Outcome {
  const stuck = said({ ...life, state: { kind: "stuck", since } }, convoy, verdict);
  if (life.failure !== undefined) return stuck;
  const failure = { attempts: 0, print: "", retryAt: Number.POSITIVE_INFINITY, reported: true };
  const output = `"${life.id}" is not an id that may be handed to a command: close the convoy by hand`;
  return outcome({ ...stuck.life, failure }, NOTHING, [...stuck.records, stuckRecord(life, 0, output)]);
}

/** A verdict is told once for each change of it. */
function said(life: Life, convoy: ConvoySnapshot, verdict: Verdict, next: Next = NOTHING): Outcome {
  const { said: now, record } = saidRecord(convoy, verdict);
  const isNews = life.said !== now && record !== undefined;
  const fresh = [...staleOf(verdict)].filter(([name]) => life.stale?.has(name) !== true);
  const records = isNews ? [record] : [];
  if (fresh.length === 0) return outcome(isNews ? { ...life, said: now } : life, next, records);
  const stale = new Set([...(life.stale ?? []), ...fresh.map(([name]) => name)]);
  const stuck = stuckRecord(life, 0, fresh.map(([, why]) => why).join("\n"));
  return outcome({ ...life, said: now, stale }, next, [...records, stuck]);
}

/** Fingerprint of a try: when the convoy or gt changes, the next one is a new one. */
export function printOf(gt: string, convoy: ConvoySnapshot): string {
  return `${gt}\n${fingerprint(convoy)}`;
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
function tracksOf(convoy: ConvoySnapshot): string {
  return JSON.stringify(convoy.tracked.map((issue) => issue.reference));
}

/** Until when a convoy is to be left alone because it may not track yet all that it will track; monotonic. */
function waitsUntil(life: Life, convoy: ConvoySnapshot, verdict: Verdict, context: Context): number {
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
function isBeingMade({ createdAt }: ConvoySnapshot, wall: number): number {
  const age = wall - (parseTime(createdAt) ?? Number.NaN);
  return age >= 0 && age < BARE ? BARE - age : 0;
}

function isAtRest({ createdAt, updatedAt }: ConvoySnapshot, { now, wall, jumpedAt }: Context): boolean {
  const written = parseTime(updatedAt);
  if (written === undefined || now - jumpedAt < AT_REST) return false;
  return wall - Math.max(written, parseTime(createdAt) ?? written) > AT_REST;
}

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
function flipsUntil({ closes }: Life): number {
  const last = closes.at(-1);
  if (last === undefined || closes.length <= FLIPS) return Number.NEGATIVE_INFINITY;
  return last + Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (closes.length - FLIPS - 1));
}

function flipsRecord({ id }: ConvoySnapshot, { closes }: Life, { now }: Context): WatchRecord {
  const minutes = Math.max(1, Math.round((now - (closes[0] ?? now)) / 60_000));
  return {
    event: "warning",
    message: `${id} was closed ${closes.length} times within ${minutes} min and opened again each time: it is left alone for longer and longer`,
    hint: "bd 1.0.3 and 1.0.4 import an old issues.jsonl with every call (bd#3948): upgrade bd, or fix .beads/issues.jsonl",
  };
}
