import { isStuck } from "./failures.ts";
import { judgeConvoys } from "./judge-convoys.ts";
import { landNext } from "./land.ts";
import { createRun, type ReconcileOptions, type Run, shutDownOn } from "./run.ts";
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
  const run = createRun(options);
  const { clock, stop } = options;
  shutDownOn(stop, run);
  const ids = [...new Set(only)];
  const missing = ids.length === 0 ? [] : await absent(run, ids);
  const { complete } = ids.length === 0 ? await sweep(run, "check") : await judgeConvoys(run, ids, clock.now());
  while (!stop.aborted && hasLandingsToTry(run)) await landNext(run);
  run.landing.shutDown();
  const stuck = [...run.memories].filter(([, memory]) => memory.failure !== undefined || isStuck(memory));
  return { missing, complete, stuck: stuck.map(([id]) => id) };
}

async function absent(run: Run, ids: readonly string[]): Promise<readonly string[]> {
  const found = await run.options.store.readConvoys(ids);
  return ids.filter((id) => !found.has(id));
}

function hasLandingsToTry(run: Run): boolean {
  return [...run.memories].some(([id, memory]) => run.landing.has(id) && !isStuck(memory));
}
