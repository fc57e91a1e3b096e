import { backoff, LANDING_BACKOFF, STREAM_BACKOFF } from "./backoff.ts";
import { parseTime, TIME_SLACK } from "./beads.ts";
import { type ConvoySnapshot, isClosed, judge } from "./convoy.ts";
import {
  type Context,
  type Life,
  look,
  NOTHING,
  type Outcome,
  outcome,
  type Seen,
  type State,
  without,
} from "./life.ts";
import type { CommandResult } from "./ports.ts";
import { printOf, readOpen } from "./pursue.ts";
import { closedRecord, type LandStep, stuckRecord } from "./records.ts";
import { isHung, nextStep, outputOf } from "./steps.ts";
import { ended, goneMeanwhile, telling, tellingRecord, told, toldOfReopened } from "./telling.ts";

/** After so many failed tries in a row a convoy is told of as stuck. */
export const STUCK_AFTER = 3;

/** The one place in which the life of a convoy goes on. */
export function step(life: Life, seen: Seen, context: Context): Outcome {
  switch (seen.kind) {
    case "hint": {
      const asks = seen.ask === undefined ? life.asks : new Map([...life.asks, [seen.ask.event, seen.ask.issue]]);
      // It may have been closed and opened again between two looks: what was settled then is not now.
      const known = seen.reopened === true ? without(life, "settled", "openTracks", "left") : life;
      return outcome({ ...known, hintedAt: life.hintedAt ?? context.now, asks });
    }
    case "read":
      return seen.convoy?.open === true
        ? stillOpen(life, seen.convoy, context)
        : readClosed(life, seen.convoy, context);
    case "unread":
      return readFailed(life, seen.why, context);
    case "ran":
      return ran(life, seen, context);
    case "told":
      return told(life, seen, context);
    default:
      return outcome({ ...life, state: { ...telling(life, seen.step, context, false), startedAt: seen.startedAt } });
  }
}

function stillOpen(life: Life, convoy: ConvoySnapshot, context: Context): Outcome {
  const { state } = life;
  // What runs for it goes on first, though it was opened again meanwhile.
  if ((state.kind === "telling" || state.kind === "landing") && state.running) return outcome(life);
  return state.kind === "telling" ? toldOfReopened(life, state, convoy, context) : readOpen(life, convoy, context);
}

/** It is closed, or there is no such convoy. */
function readClosed(life: Life, convoy: ConvoySnapshot | undefined, context: Context): Outcome {
  const { state } = life;
  const deleted = convoy === undefined || convoy.status === "tombstone";
  switch (state.kind) {
    case "new":
      return outcome(without({ ...life, state: { kind: deleted ? "gone" : "closed" } }, "hintedAt"));
    case "landed":
    case "closed":
    case "gone":
      return outcome(without(life, "hintedAt"));
    case "telling":
      if (state.running) return outcome(life);
      if (deleted) return goneMeanwhile(life, context);
      if (state.dueAt > context.now) return outcome(life, look(state.dueAt - context.now));
      return outcome({ ...life, state: { ...state, running: true } }, { kind: "tell", again: state.tries > 0 });
    default:
  }
  const by = deleted ? undefined : closedByUs(life, convoy, context);
  if (by !== undefined && convoy !== undefined) {
    const closed = telling(life, by, context, life.unverified !== undefined);
    return outcome({ ...life, title: convoy.title, state: closed }, { kind: "tell", again: false });
  }
  const record = closedRecord(life, convoy, context.others);
  return outcome(ended(life, deleted ? "gone" : "closed", context), NOTHING, [record]);
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
  if (at !== undefined)
    return at >= checkedAll.from - TIME_SLACK && at <= checkedAll.to + TIME_SLACK ? "check" : undefined;
  const since = "since" in state ? state.since - now + wall : Number.POSITIVE_INFINITY;
  return since <= checkedAll.to ? "check" : undefined;
}

/** Nothing was tried, so that nothing but the next good read has to be waited for. */
function readFailed(life: Life, why: string, context: Context): Outcome {
  const unread = life.unread + 1;
  const due = unread === STUCK_AFTER && life.failure?.reported !== true;
  const next = look(backoff(STREAM_BACKOFF, unread, context.random));
  return outcome({ ...life, unread }, next, due ? [stuckRecord(life, unread, why)] : []);
}

/** A command ran for it, or still runs: what became of the convoy is what was read. */
function ran(life: Life, { result, convoy, unread }: Seen & { kind: "ran" }, context: Context): Outcome {
  const { state } = life;
  if (state.kind !== "landing" || state.running === undefined) return outcome(life);
  const { running, since, print = "" } = state;
  if (unread === undefined && isClosed(convoy)) {
    const stamp = convoy.closedAt === undefined ? {} : { stamp: convoy.closedAt };
    const closed = { ...telling(life, running, context, true), ...stamp };
    const after: Life = { ...life, title: convoy.title, state: closed };
    return result === undefined
      ? outcome(after, NOTHING, [tellingRecord(convoy, closed)])
      : outcome(after, { kind: "tell", again: false });
  }
  if (result === undefined) return outcome(life);
  if (unread !== undefined)
    return fail({ ...life, unverified: running }, context, since, unread, print, isHung(result));
  if (convoy?.open !== true) return readClosed({ ...life, state: { kind: "stuck", since } }, convoy, context);
  return state.asking === true
    ? asked(life, since, result, convoy, context)
    : tried(life, state, result, convoy, context);
}

/** gt has looked and left it open. It was asked when it ended by itself, and well. */
function asked(life: Life, since: number, result: CommandResult, convoy: ConvoySnapshot, context: Context): Outcome {
  const idle: Life = { ...life, state: { kind: "waiting" } };
  if (result.ended === "exit" && result.exitCode === 0) {
    const heard = readOpen(without({ ...idle, asks: new Map() }, "failure"), convoy, context);
    return { ...heard, asked: [...life.asks.keys()] };
  }
  if (result.ended === "left") return outcome(idle);
  return fail(idle, context, since, outputOf([{ step: "check", result }]), printOf(context.gt, convoy), isHung(result));
}

/** A step was taken and has left it open: the next one, as long as there is one. */
function tried(
  life: Life,
  state: State & { kind: "landing" },
  result: CommandResult,
  convoy: ConvoySnapshot,
  context: Context,
): Outcome {
  const tries = state.running === undefined ? state.tries : [...state.tries, { step: state.running, result }];
  const idle: Life = { ...life, state: { kind: "landing", since: state.since, tries } };
  if (judge(convoy).kind !== "complete") return readOpen(idle, convoy, context);
  if (context.turn?.stopped !== false || result.ended === "left") return outcome(idle);
  const next = result.ended === "exit" ? nextStep(context.steps, context.turn, convoy, tries) : undefined;
  if (next !== undefined)
    return outcome({ ...idle, state: { ...state, tries, running: next } }, { kind: "land", step: next });
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
  const records = due ? [stuckRecord(life, attempts, output)] : [];
  return outcome({ ...life, state: { kind: "stuck", since }, failure }, look(after), records);
}
