import { backoff, STREAM_BACKOFF } from "./backoff.ts";
import { STUCK_AFTER } from "./convoy-life.ts";
import { DatabaseError, orFault } from "./errors.ts";
import { judgeLoop } from "./judge.ts";
import { landLoop, meetRival } from "./land.ts";
import { isPending, type Life } from "./life.ts";
import type { ReconcileOptions } from "./ports.ts";
import { gaugesOf, idle, type Run, withRun } from "./run.ts";
import { createAttachments, hear, reopenedLoop } from "./sources.ts";
import { createSweeper, sweep, type Sweeper } from "./sweep.ts";
import { knowsOf, takeUp } from "./tell.ts";

/**
 * Watches until `stop` is aborted: follows the sources, sweeps, and lands what is complete. Ends when what is under way
 * has ended or was left running, and the sources have let go.
 *
 * @throws {DatabaseError} when the first sweep cannot read the town's own database, and waiting would not help
 */
export function watch(options: ReconcileOptions): Promise<void> {
  return withRun(options, async (run, tasks) => {
    const { dryRun, observe, report, sources, unfinished = [] } = run.options;
    const sweeper = createSweeper(run);
    observe?.(() => gaugesOf(run));
    const attachments = createAttachments(run, ({ name }) => sweeper.request(`${name}: attached late`));
    if (!dryRun) for (const command of unfinished) takeUp(run, command);
    tasks.push(
      ...workOn(run, () => sweeper.request("a read failed", "patient")),
      reopenedLoop(run),
      ...sources.map((source) => hear(run, source, sweeper, attachments)),
    );
    const work = Promise.all(tasks);
    await Promise.race([attachments.complete(dryRun ? undefined : meetFirst(run)), work]);
    const first = firstSweep(run, sweeper);
    tasks.push(first);
    const convoys = await Promise.race([first, work.then(() => undefined)]);
    if (convoys !== undefined) report({ event: "watching", sources: sources.map(({ name }) => name), convoys });
    const sweeping = sweeper.run();
    tasks.push(sweeping);
    await Promise.all([work, sweeping]);
  });
}

/** What makes of a turn of a convoy a landing: one loop for each queue. */
function workOn(run: Run, failed: () => void): readonly Promise<void>[] {
  return [judgeLoop(run, failed), landLoop(run)];
}

/** Finds out early who else is here, and what gt can do. What cannot be found out now is asked again at each turn. */
function meetFirst(run: Run): Promise<unknown> {
  void knowsOf(run);
  return orFault(meetRival(run));
}

/** Sweeps until it succeeds; undefined when stopped before that. */
async function firstSweep(run: Run, sweeper: Sweeper): Promise<number | undefined> {
  const { clock, random, report, stop } = run.options;
  for (let failures = 1; !stop.aborted; failures += 1) {
    sweeper.dismiss();
    const swept = await orFault(sweep(run, "start"));
    if (!(swept instanceof DatabaseError)) return stop.aborted ? undefined : swept.convoys;
    if (!mayPass(swept)) throw swept;
    if (failures === 1) report({ event: "warning", message: swept.message, hint: swept.hint });
    await clock.sleep(backoff(STREAM_BACKOFF, failures, random()), stop);
  }
  return undefined;
}

function mayPass({ fault }: DatabaseError): boolean {
  return fault === "locked" || fault === "unreachable" || fault === "replaced";
}

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
    tasks.push(...workOn(run, () => undefined));
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
