import { STUCK_AFTER } from "./convoy-life.ts";
import { judgeLoop } from "./judge.ts";
import { landLoop } from "./land.ts";
import type { Life } from "./life.ts";
import type { ReconcileOptions } from "./ports.ts";
import { createRun, type Run, shutDownOn } from "./run.ts";
import { sweep } from "./sweep.ts";
import { idle, leaveAfter } from "./watch.ts";

/** What one sweep led to. */
export interface CheckResult {
  /** Ids asked for that name no open or closed convoy. */
  readonly missing: readonly string[];
  /** Convoys found complete. */
  readonly complete: number;
  /** Convoys that are complete and could not be landed. */
  readonly stuck: readonly string[];
}

/**
 * One sweep, of all open convoys or of these; lands what is complete, and ends.
 *
 * @throws {DatabaseError} when the town's own database cannot be read
 */
export async function check(options: ReconcileOptions, only: readonly string[] = []): Promise<CheckResult> {
  const end = new AbortController();
  const leaving = leaveAfter(options, end.signal);
  const run = createRun({ ...options, stop: AbortSignal.any([options.stop, end.signal]) }, leaving.signal);
  shutDownOn(run.options.stop, run);
  const ids = [...new Set(only)];
  const tasks: Promise<unknown>[] = [judgeLoop(run, () => undefined), landLoop(run)];
  const work = Promise.all(tasks);
  try {
    const missing = ids.length === 0 ? [] : await absent(run, ids);
    const { complete } = await Promise.race([
      sweep(run, "check", ids.length === 0 ? undefined : ids),
      work.then(() => ({ complete: 0 })),
    ]);
    await Promise.race([settled(run), work]);
    end.abort();
    await work;
    await idle(run);
    const stuck = [...run.lives.values()].filter((life) => life.state.kind === "stuck" || hasGivenUp(run, life));
    return { missing, complete, stuck: stuck.map(({ id }) => id) };
  } finally {
    end.abort();
    await Promise.allSettled([...tasks, ...run.tellings]);
    leaving.over();
  }
}

async function absent(run: Run, ids: readonly string[]): Promise<readonly string[]> {
  const found = await run.options.store.readConvoys(ids);
  return ids.filter((id) => !found.has(id));
}

/** Settles when nothing more is to be expected of any convoy for now. */
async function settled(run: Run): Promise<void> {
  while ([...run.lives.values()].some((life) => isToBeTried(run, life))) {
    await new Promise<void>((resolve) => {
      run.changed = resolve;
    });
  }
}

function isToBeTried(run: Run, life: Life): boolean {
  const { kind } = life.state;
  if (run.options.dryRun || hasGivenUp(run, life)) return false;
  if (kind === "telling")
    return life.state.kind === "telling" && (life.state.running || life.state.tries < STUCK_AFTER);
  if (kind === "settling" || kind === "left" || kind === "landing") return true;
  return kind === "stuck" && life.failure?.reported !== true;
}

/** Landings are held, it could not be read again and again, or it cannot be landed. */
function hasGivenUp(run: Run, { state, unread }: Life): boolean {
  const isOurs =
    state.kind === "settling" || state.kind === "left" || state.kind === "landing" || state.kind === "stuck";
  return isOurs && (run.held !== undefined || unread >= STUCK_AFTER);
}
