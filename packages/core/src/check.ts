import { STUCK_AFTER } from "./convoy-life.ts";
import { judgeLoop } from "./judge.ts";
import { landLoop } from "./land.ts";
import { isPending, type Life } from "./life.ts";
import type { ReconcileOptions } from "./ports.ts";
import { idle, type Run, withRun } from "./run.ts";
import { sweep } from "./sweep.ts";

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
  return withRun(options, async (run, tasks, end) => {
    tasks.push(
      judgeLoop(run, () => undefined),
      landLoop(run),
    );
    const work = Promise.all(tasks);
    const ids = [...new Set(only)];
    const missing = ids.length === 0 ? [] : await absent(run, ids);
    const { complete } = await Promise.race([
      sweep(run, "check", ids.length === 0 ? undefined : ids),
      work.then(() => ({ complete: 0 })),
    ]);
    await Promise.race([settled(run), work]);
    end();
    await work;
    await idle(run);
    const stuck = [...run.lives.values()].filter((life) => life.state.kind === "stuck" || hasGivenUp(run, life));
    return { missing, complete, stuck: stuck.map(({ id }) => id) };
  });
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
  const { state, failure } = life;
  if (run.options.dryRun || hasGivenUp(run, life)) return false;
  if (state.kind === "telling") return state.running || state.tries < STUCK_AFTER;
  return isPending(state) && (state.kind !== "stuck" || failure?.reported !== true);
}

/** Landings are held, or it could not be read again and again. */
function hasGivenUp(run: Run, { state, unread }: Life): boolean {
  return isPending(state) && (run.held !== undefined || unread >= STUCK_AFTER);
}
