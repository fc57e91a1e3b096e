import { backoff, STREAM_BACKOFF } from "./backoff.ts";
import { WatcherError, messageOf } from "./errors.ts";
import { judgeConvoys, leave } from "./judge-convoys.ts";
import type { Run } from "./run.ts";
import { LONGEST_SLEEP } from "./work-queue.ts";

/** Convoys judged at once: enough to make few queries, few enough to let hints in between and to keep the heap small. */
const CHUNK = 50;

/**
 * So many sweeps in a row may rely on the one before, when nothing in the town has changed since, and on the databases
 * that are open already. The next one relies on neither.
 */
const RELY_ON = 19;

export interface Sweeper {
  /** Asks for a sweep as soon as possible; requests during a sweep make one more. */
  request(reason: string): void;
  /** Drops the requests made so far: a sweep that answers them is about to begin. */
  dismiss(): void;
  /** Sweeps at every request and every `sweepEvery`, until the run is stopped. */
  run(): Promise<void>;
}

/**
 * Looks at every open convoy of the town, and forgets those that are no more. A sweep by the timer ends at once when
 * the one before found nothing complete and nobody has written anything since it began.
 */
export async function sweep(run: Run, reason: string): Promise<{ convoys: number; complete: number; fresh: number }> {
  const { clock, store, report, stop } = run.options;
  const started = clock.now();
  const afresh = (run.relied += 1) > RELY_ON;
  const revision = await store.revision?.();
  if (reason === "timer" && run.swept !== undefined && run.swept.revision === revision && !afresh) {
    const { convoys } = run.swept;
    report({ event: "sweep", reason, convoys, complete: 0, ms: clock.now() - started });
    return { convoys, complete: 0, fresh: 0 };
  }
  run.swept = undefined;
  const ids = await store.openConvoys({ fresh: afresh });
  if (afresh) run.relied = 0;
  forgetAllBut(run, ids);
  let complete = 0;
  let fresh = 0;
  for (let from = 0; from < ids.length && !stop.aborted; from += CHUNK) {
    const judged = await judgeConvoys(run, ids.slice(from, from + CHUNK), started, afresh);
    complete += judged.complete;
    fresh += judged.fresh;
    await clock.sleep(0, stop);
  }
  if (complete === 0 && revision !== undefined && !stop.aborted) run.swept = { revision, convoys: ids.length };
  report({ event: "sweep", reason, convoys: ids.length, complete, ms: clock.now() - started });
  return { convoys: ids.length, complete, fresh };
}

function forgetAllBut(run: Run, ids: readonly string[]): void {
  const open = new Set(ids);
  for (const id of run.memories.keys()) {
    if (!open.has(id) && !run.judging.has(id)) leave(run, id);
  }
}

/** A sweeper whose sweeps never overlap. A sweep that fails is told once, and tried again with backoff. */
export function createSweeper(run: Run): Sweeper {
  const { clock, random, report, sources, stop, sweepEvery } = run.options;
  let wanted: string | undefined;
  let nap = new AbortController();
  let failures = 0;
  let told = "";

  const attempt = async (reason: string): Promise<void> => {
    try {
      const { fresh } = await sweep(run, reason);
      failures = 0;
      told = "";
      if (fresh > 0 && reason === "timer") for (const source of sources) source.doubt?.();
    } catch (error) {
      failures += 1;
      const message = messageOf(error);
      if (message !== told) {
        told = message;
        report({ event: "warning", message, ...(error instanceof WatcherError && { hint: error.hint }) });
      }
    }
  };

  return {
    request(reason) {
      wanted ??= reason;
      nap.abort();
    },
    dismiss() {
      wanted = undefined;
    },
    async run() {
      while (!stop.aborted) {
        nap = new AbortController();
        const cut = (): void => nap.abort();
        stop.addEventListener("abort", cut, { once: true });
        if (wanted === undefined || failures > 0) {
          const pause =
            failures > 0 ? backoff(STREAM_BACKOFF, failures, random()) : Math.min(sweepEvery, LONGEST_SLEEP);
          await clock.sleep(pause, failures > 0 ? stop : nap.signal);
        }
        stop.removeEventListener("abort", cut);
        if (stop.aborted) return;
        const reason = wanted ?? "timer";
        wanted = undefined;
        await attempt(reason);
      }
    },
  };
}
