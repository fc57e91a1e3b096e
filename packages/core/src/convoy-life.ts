import { backoff, LANDING_BACKOFF, STREAM_BACKOFF } from "./backoff.ts";
import { isSafeArgument, parseTime } from "./beads.ts";
import { type ConvoySnapshot, fingerprint, judge, staleOf, type Verdict } from "./convoy.ts";
import type { Context, Life, Next, Outcome, Seen, State } from "./life.ts";
import type { CommandResult } from "./ports.ts";
import { closedRecord, type LandStep, saidRecord, stuckRecord } from "./records.ts";
import { flipsRecord, flipsUntil, isBeingMade, tracksOf, waitsUntil } from "./settle.ts";
import { isHung, nextStep, outputOf } from "./steps.ts";
import { ended, goneMeanwhile, telling, tellingRecord, told, toldOfReopened } from "./telling.ts";

/** After so many failed tries in a row a convoy is told of as stuck. */
export const STUCK_AFTER = 3;
/** A rival's own command is waited for so long beyond its grace. */
const RIVAL_LIMIT = 60_000;
const RIVAL_POLL = 250;
/** Times of rows may be whole seconds. */
const SLACK = 1_000;

const NOTHING: Next = { kind: "nothing" };

/** The one place in which the life of a convoy goes on. */
export function step(life: Life, seen: Seen, context: Context): Outcome {
  switch (seen.kind) {
    case "hint": {
      const asks = seen.ask === undefined ? life.asks : new Map([...life.asks, [seen.ask.event, seen.ask.issue]]);
      // It may have been closed and opened again between two looks: what was settled then is not now.
      const known = seen.reopened === true ? without(life, "settled", "openTracks", "left") : life;
      return still({ ...known, hintedAt: life.hintedAt ?? context.now, asks });
    }
    case "read":
      return seen.convoy?.open === true ? readOpen(life, seen.convoy, context) : readClosed(life, seen.convoy, context);
    case "unread":
      return readFailed(life, seen.why, context);
    case "ran":
      return ran(life, seen, context);
    case "told":
      return told(life, seen, context);
    default:
      return still({ ...life, state: { ...telling(life, seen.step, context, false), startedAt: seen.startedAt } });
  }
}

function readOpen(life: Life, convoy: ConvoySnapshot, context: Context): Outcome {
  const { state } = life;
  // What runs for it goes on first, though it was opened again meanwhile.
  if ((state.kind === "telling" || state.kind === "landing") && state.running !== undefined && state.running !== false)
    return still(life);
  if (state.kind === "telling") {
    return toldOfReopened(life, state, convoy, context);
  }
  const verdict = judge(convoy);
  const tracks = tracksOf(convoy);
  // A grace is over when what it began for is: it begins anew with the next completion.
  const isOver = isHeld(verdict) || (verdict.kind !== "complete" && life.left?.asking === false);
  const seen = isOver ? without(life, "left") : life;
  const known = without({ ...seen, title: convoy.title, unread: 0 }, "unverified");
  const read: Life = {
    ...(isHeld(verdict) ? without(known, "settled", "failure") : known),
    tracks,
    ...(isHeld(verdict) && { openTracks: tracks }),
  };
  return verdict.kind === "complete" || mayAsk(read, verdict, convoy)
    ? pursue(read, life, convoy, verdict, context)
    : rest(read, convoy, verdict, context);
}

/** Nothing can be done for it now. */
function rest(life: Life, convoy: ConvoySnapshot, verdict: Verdict, { wall, now }: Context): Outcome {
  if (verdict.kind === "complete" || verdict.kind === "closed") return still(life);
  const making = verdict.kind === "empty" && life.hintedAt !== undefined ? isBeingMade(convoy, wall) : 0;
  const next: Next = making > 0 ? { kind: "look", after: making } : NOTHING;
  const resting: Life = {
    ...life,
    state: { kind: verdict.kind },
    ...(making > 0 && { hintedAt: life.hintedAt ?? now }),
  };
  if (making > 0) return { life: resting, records: [], next };
  return said(without(resting, "hintedAt"), convoy, verdict, next);
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
  const to = (state: State, next: Next, with_: Partial<Life> = {}): Outcome =>
    said({ ...on, ...with_, state }, convoy, verdict, next);

  if (until > now) return to({ kind: "settling", since }, { kind: "look", after: until - now });
  if (context.dryRun) return to({ kind: "settling", since }, NOTHING);
  const flips = flipsUntil(on);
  if (flips > now) {
    const outcome = to(
      { kind: "settling", since },
      { kind: "look", after: flips - now },
      { warnedOf: on.closes.length },
    );
    return on.warnedOf ? outcome : { ...outcome, records: [...outcome.records, flipsRecord(convoy, on, context)] };
  }
  if (!isSafeArgument(convoy.id)) return refused(on, convoy, verdict, since);

  const failure = on.failure?.print === printOf(gt, convoy) ? on.failure : undefined;
  const untried: Life = failure === undefined ? without(on, "failure") : on;
  if (failure !== undefined && failure.retryAt > now)
    return to({ kind: "stuck", since }, { kind: "look", after: failure.retryAt - now });

  const asking = verdict.kind !== "complete";
  const left = on.left?.asking === asking && on.left.since >= context.jumpedAt ? on.left : undefined;
  if (turn === undefined) {
    if (left !== undefined && left.until > now)
      return to({ kind: "left", since }, { kind: "look", after: left.until - now });
    return said({ ...untried, state: { kind: "landing", since, tries: [] } }, convoy, verdict, { kind: "turn" });
  }
  if (turn.rival !== undefined) {
    const grace = left ?? { since: now, until: now + context.grace, asking };
    const over = now >= grace.until && (!turn.rival.checking || now >= grace.until + RIVAL_LIMIT);
    const after = Math.max(grace.until - now, turn.rival.checking ? RIVAL_POLL : 0);
    if (!over) return to({ kind: "left", since }, { kind: "look", after }, { left: grace });
  }
  if (turn.stopped) return to({ kind: "landing", since, tries: [] }, NOTHING);
  const first = asking ? "check" : nextStep(context.steps, turn, convoy, []);
  if (first === undefined || (asking && !context.steps.includes("check"))) return rest(on, convoy, verdict, context);
  const state: State = {
    kind: "landing",
    since,
    tries: [],
    running: first,
    print: printOf(gt, convoy),
    ...(asking && { asking }),
  };
  return said({ ...untried, state }, convoy, verdict, { kind: asking ? "ask" : "land", step: first });
}

/** It is closed, or there is no such convoy. */
function readClosed(life: Life, convoy: ConvoySnapshot | undefined, context: Context): Outcome {
  const { state } = life;
  const deleted = convoy === undefined || convoy.status === "tombstone";
  switch (state.kind) {
    case "new":
      return still(without({ ...life, state: { kind: deleted ? "gone" : "closed" } }, "hintedAt"));
    case "landed":
    case "closed":
    case "gone":
      return still(without(life, "hintedAt"));
    case "telling":
      if (state.running) return still(life);
      if (deleted) return goneMeanwhile(life, context);
      if (state.dueAt > context.now)
        return { life, records: [], next: { kind: "look", after: state.dueAt - context.now } };
      return {
        life: { ...life, state: { ...state, running: true } },
        records: [],
        next: { kind: "tell", again: state.tries > 0 },
      };
    default:
  }
  const by = deleted ? undefined : closedByUs(life, convoy, context);
  if (by !== undefined && convoy !== undefined)
    return {
      life: { ...life, title: convoy.title, state: telling(life, by, context, life.unverified !== undefined) },
      records: [],
      next: { kind: "tell", again: false },
    };
  const closed = ended(life, deleted ? "gone" : "closed", context);
  return { life: closed, records: [closedRecord(life, convoy, context.others)], next: NOTHING };
}

/** The step of ours that closed it though we did not see that: the end was not read, or it was run for another convoy. */
function closedByUs(
  { state, unverified }: Life,
  convoy: ConvoySnapshot,
  { checkedAll, now, wall }: Context,
): LandStep | undefined {
  if (unverified !== undefined) return unverified;
  if (checkedAll === undefined) return undefined;
  const at = parseTime(convoy.closedAt);
  if (at !== undefined) return at >= checkedAll.from - SLACK && at <= checkedAll.to + SLACK ? "check" : undefined;
  const since = "since" in state ? state.since - now + wall : Number.POSITIVE_INFINITY;
  return since <= checkedAll.to ? "check" : undefined;
}

function ran(life: Life, { result, convoy, unread }: Seen & { kind: "ran" }, context: Context): Outcome {
  const { state } = life;
  if (state.kind !== "landing" || state.running === undefined) return still(life);
  const { running, since } = state;
  if (unread !== undefined) {
    if (result === undefined) return still(life);
    return fail({ ...life, unverified: running }, context, since, unread, state.print ?? "", isHung(result));
  }
  if (convoy?.open !== true) {
    if (convoy === undefined || convoy.status === "tombstone")
      return result === undefined
        ? still(life)
        : readClosed({ ...life, state: { kind: "stuck", since } }, convoy, context);
    const closed = {
      ...telling(life, running, context, true),
      ...(convoy.closedAt !== undefined && { stamp: convoy.closedAt }),
    };
    return {
      life: { ...life, title: convoy.title, state: closed },
      records: result === undefined ? [tellingRecord(convoy, closed)] : [],
      next: result === undefined ? NOTHING : { kind: "tell", again: false },
    };
  }
  if (result === undefined) return still(life);
  return state.asking === true ? askedGt(life, result, convoy, context) : tried(life, state, result, convoy, context);
}

/** gt has looked and left it open. It was asked when it ended by itself, and well. */
function askedGt(life: Life, result: CommandResult, convoy: ConvoySnapshot, context: Context): Outcome {
  const idle: Life = { ...life, state: { kind: "waiting" } };
  if (result.ended === "exit" && result.exitCode === 0) {
    const outcome = readOpen(without({ ...idle, asks: new Map() }, "failure"), convoy, context);
    return { ...outcome, asked: [...life.asks.keys()] };
  }
  if (result.ended === "left") return still(idle);
  const since = "since" in life.state ? life.state.since : context.now;
  return fail(idle, context, since, outputOf([{ step: "check", result }]), printOf(context.gt, convoy), isHung(result));
}

function tried(
  life: Life,
  state: State & { kind: "landing" },
  result: CommandResult,
  convoy: ConvoySnapshot,
  context: Context,
): Outcome {
  const verdict = judge(convoy);
  const tries = state.running === undefined ? state.tries : [...state.tries, { step: state.running, result }];
  const idle: Life = { ...life, state: { kind: "landing", since: state.since, tries } };
  if (verdict.kind !== "complete") return readOpen(idle, convoy, context);
  if (context.turn?.stopped !== false || result.ended === "left") return still(idle);
  const next = result.ended === "exit" ? nextStep(context.steps, context.turn, convoy, tries) : undefined;
  if (next !== undefined)
    return {
      life: { ...idle, state: { ...state, tries, running: next } },
      records: [],
      next: { kind: "land", step: next },
    };
  // By the convoy as last read: what gt itself wrote to it is no reason to take it up again at once.
  const hung = tries.some((one) => isHung(one.result));
  return fail(idle, context, state.since, outputOf(tries), printOf(context.gt, convoy), hung);
}

/** Counts a failed try, and says so when it is one too many, or so clear that it is told at once. */
function fail(life: Life, context: Context, since: number, output: string, print: string, hung: boolean): Outcome {
  const attempts = (life.failure?.attempts ?? 0) + 1;
  const due = (hung || attempts >= STUCK_AFTER) && life.failure?.reported !== true;
  const after = backoff(LANDING_BACKOFF, attempts, context.random);
  const failure = { attempts, print, retryAt: context.now + after, reported: due || life.failure?.reported === true };
  return {
    life: { ...life, state: { kind: "stuck", since }, failure },
    records: due ? [stuckRecord(life, attempts, output)] : [],
    next: { kind: "look", after },
  };
}

/** Nothing was tried, so that nothing but the next good read has to be waited for. */
function readFailed(life: Life, why: string, context: Context): Outcome {
  const unread = life.unread + 1;
  const due = unread === STUCK_AFTER && life.failure?.reported !== true;
  const records = due ? [stuckRecord(life, unread, why)] : [];
  return {
    life: { ...life, unread },
    records,
    next: { kind: "look", after: backoff(STREAM_BACKOFF, unread, context.random) },
  };
}

/** An id that must not become an argument: said once. */
function refused(life: Life, convoy: ConvoySnapshot, verdict: Verdict, since: number): Outcome {
  const outcome = said({ ...life, state: { kind: "stuck", since } }, convoy, verdict, NOTHING);
  if (life.failure !== undefined) return outcome;
  const failure = { attempts: 0, print: "", retryAt: Number.POSITIVE_INFINITY, reported: true };
  const output = `"${life.id}" is not an id that may be handed to a command: close the convoy by hand`;
  return {
    ...outcome,
    life: { ...outcome.life, failure },
    records: [...outcome.records, stuckRecord(life, 0, output)],
  };
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

/** Fingerprint of a try: when the convoy or gt changes, the next one is a new one. */
function printOf(gt: string, convoy: ConvoySnapshot): string {
  return `${gt}\n${fingerprint(convoy)}`;
}

/** A verdict is told once for each change of it. */
function said(life: Life, convoy: ConvoySnapshot, verdict: Verdict, next: Next): Outcome {
  const { said: now, record } = saidRecord(convoy, verdict);
  const isNews = life.said !== now && record !== undefined;
  const fresh = [...staleOf(verdict)].filter(([name]) => life.stale?.has(name) !== true);
  const records = isNews ? [record] : [];
  if (fresh.length === 0) return { life: isNews ? { ...life, said: now } : life, records, next };
  const stale = new Set([...(life.stale ?? []), ...fresh.map(([name]) => name)]);
  const stuck = stuckRecord(life, 0, fresh.map(([, why]) => why).join("\n"));
  return { life: { ...life, said: now, stale }, records: [...records, stuck], next };
}

/** Something that it tracks is known not to be done. */
function isHeld({ open, unmerged = 0 }: Verdict): boolean {
  return open > 0 || unmerged > 0;
}

function still(life: Life): Outcome {
  return { life, records: [], next: NOTHING };
}

function without<T extends object, K extends keyof T>(from: T, ...keys: K[]): T {
  const kept = { ...from };
  for (const key of keys) delete kept[key];
  return kept;
}
