import { backoff, STREAM_BACKOFF } from "./backoff.ts";
import { DatabaseError, orFault } from "./errors.ts";
import { lookAtClock, type Run, type Sweeping } from "./run.ts";
import { LONGEST_SLEEP } from "./work-queue.ts";

/**
 * So many sweeps in a row may rely on the one before, when nothing in the town has changed since, and on the databases
 * that are open already. The next one relies on neither.
 */
const RELY_ON = 19;
/** Two sweeps that sources ask for are no closer together than that. */
const APART = 1_000;
/** How often the wall clock is looked at. */
const TICK = 5_000;
/** An end of a life is kept so long, for those that are opened again and again. */
const KEPT = 600_000;

export interface Sweeper {
  /** Asks for a sweep as soon as possible; requests during a sweep make one more. `patient`: not before a backoff is over. */
  request(reason: string, patient?: "patient"): void;
  /** Drops the requests made so far: a sweep that answers them is about to begin. */
  dismiss(): void;
  /** Sweeps at every request, every `sweepEvery`, and when the wall clock jumps, until the run is stopped. */
  run(): Promise<void>;
}

/** What a sweep found. */
export interface Swept {
  readonly convoys: number;
  readonly complete: number;
  /** How many of those just became so, without a hint. */
  readonly fresh: number;
}

/**
 * Gives every open convoy of the town a turn to be judged, and those known that are no longer open. It ends at once
 * when nobody has written anything since the one before began, whoever asks for it, but for the first.
 *
 * @param only these convoys alone
 */
export async function sweep(run: Run, reason: string, only?: readonly string[]): Promise<Swept> {
  const { clock, store, report, lander, stop } = run.options;
  const started = clock.now();
  const tell = (swept: Omit<Swept, "fresh">): void =>
    report({ event: "sweep", reason, ...swept, ms: Math.round(clock.now() - started) });
  const afresh = (run.relied += 1) > RELY_ON;
  const seen = await store.revision?.();
  // A gt that was replaced may land what the one before could not.
  const revision = seen && `${seen}\n${lander.identity()}`;
  const { swept } = run;
  if (isRelied(reason) && swept !== undefined && swept.revision === revision && !afresh) {
    tell({ convoys: swept.convoys, complete: swept.complete });
    return { convoys: swept.convoys, complete: swept.complete, fresh: 0 };
  }
  run.swept = undefined;
  const ids = only ?? (await store.openConvoys({ fresh: afresh }));
  if (afresh) run.relied = 0;
  forgetEnded(run, ids);
  const { complete, fresh } = await judgeAll(run, only ?? [...new Set([...ids, ...run.lives.keys()])], afresh);
  if (revision !== undefined && !stop.aborted) run.swept = { revision, convoys: ids.length, complete };
  tell({ convoys: ids.length, complete });
  return { convoys: ids.length, complete, fresh };
}

function isRelied(reason: string): boolean {
  return reason !== "start" && reason !== "check" && reason !== JUMPED;
}

const JUMPED = "the clock was set, or this machine slept";

/** Waits until each of them has been read and judged. */
async function judgeAll(
  run: Run,
  ids: readonly string[],
  afresh: boolean,
): Promise<{ complete: number; fresh: number }> {
  const { stop } = run.options;
  const over = Promise.withResolvers<void>();
  const sweeping: Sweeping = {
    // The one whose turn to be landed it is will be read after that.
    left: new Set(ids.filter((id) => id !== run.claimed)),
    complete: 0,
    fresh: 0,
    over: over.resolve,
    fail: over.reject,
    afresh,
  };
  if (sweeping.left.size === 0 || stop.aborted) return sweeping;
  stop.addEventListener("abort", sweeping.over, { once: true });
  run.sweeping = sweeping;
  for (const id of sweeping.left) run.judging.add(id, "low");
  try {
    await over.promise;
  } finally {
    run.sweeping = undefined;
    stop.removeEventListener("abort", sweeping.over);
  }
  return sweeping;
}

/** These convoys keep the sweep under way no longer: they were judged, or are about to be landed. */
export function passSweep({ sweeping }: Run, ids: readonly string[]): void {
  if (sweeping === undefined) return;
  for (const id of ids) sweeping.left.delete(id);
  if (sweeping.left.size === 0) sweeping.over();
}

/** Those that are at an end and stay closed are forgotten after a while. */
function forgetEnded(run: Run, open: readonly string[]): void {
  const known = new Set(open);
  const now = run.options.clock.now();
  for (const [id, { state, closes }] of run.lives) {
    const ended = state.kind === "landed" || state.kind === "closed" || state.kind === "gone";
    if (ended && !known.has(id) && !run.judging.has(id) && now - (closes.at(-1) ?? 0) > KEPT) run.lives.delete(id);
  }
}

/** A sweeper whose sweeps never overlap. A sweep that fails is told once, and tried again with backoff. */
export function createSweeper(run: Run): Sweeper {
  const { clock, random, report, sources, stop, sweepEvery } = run.options;
  let wanted: string | undefined;
  let isUrgent = false;
  let nap = new AbortController();
  let failures = 0;
  let told = "";
  let endedAt = Number.NEGATIVE_INFINITY;

  const attempt = async (reason: string): Promise<void> => {
    const swept = await orFault(sweep(run, reason));
    if (swept instanceof DatabaseError) {
      failures += 1;
      if (swept.message !== told) report({ event: "warning", message: swept.message, hint: swept.hint });
      told = swept.message;
    } else {
      failures = 0;
      told = "";
      if (swept.fresh > 0 && reason === "timer") for (const source of sources) source.doubt?.();
    }
    endedAt = clock.now();
  };

  /** Sleeps until the time is over, somebody asks for a sweep, or the clock has jumped. */
  const rest = async (ms: number): Promise<void> => {
    const until = clock.now() + Math.min(ms, LONGEST_SLEEP);
    const isWanted = (): boolean => (failures > 0 ? isUrgent : wanted !== undefined);
    const isOver = (): boolean => isWanted() || stop.aborted || clock.now() >= until;
    while (!isOver()) {
      await clock.sleep(Math.min(TICK, until - clock.now()), nap.signal);
      lookAtClock(run);
    }
  };

  const request: Sweeper["request"] = (reason, patient) => {
    wanted ??= reason;
    isUrgent ||= patient === undefined;
    if (isUrgent || failures === 0) nap.abort();
  };
  run.jumped = () => request(JUMPED);

  return {
    request,
    dismiss() {
      wanted = undefined;
      isUrgent = false;
    },
    async run() {
      while (!stop.aborted) {
        nap = new AbortController();
        const cut = (): void => nap.abort();
        stop.addEventListener("abort", cut, { once: true });
        await rest(failures > 0 ? backoff(STREAM_BACKOFF, failures, random()) : sweepEvery);
        if (wanted !== undefined) await clock.sleep(Math.max(0, endedAt + APART - clock.now()), stop);
        stop.removeEventListener("abort", cut);
        if (stop.aborted) return;
        const reason = wanted ?? "timer";
        wanted = undefined;
        isUrgent = false;
        await attempt(reason);
      }
    },
  };
}
