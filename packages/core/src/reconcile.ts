import { createAttachments } from "./attachments.ts";
import { backoff, STREAM_BACKOFF } from "./backoff.ts";
import { DatabaseError } from "./errors.ts";
import { isStuck } from "./failures.ts";
import { hear } from "./hear.ts";
import { judgeConvoys } from "./judge-convoys.ts";
import { land } from "./land.ts";
import { meetRival } from "./rival.ts";
import { createRun, type ReconcileOptions, type Run } from "./run.ts";
import { createSweeper, type Sweeper, sweep } from "./sweep.ts";

const BATCH = 256;

/**
 * Watches until `stop` is aborted: follows the sources, sweeps, and lands what is complete. Ends when the command in
 * flight has ended and the sources have let go.
 *
 * @throws {DatabaseError} when the first sweep cannot read the town's own database, and waiting would not help
 */
export async function watch(options: ReconcileOptions): Promise<void> {
  const end = new AbortController();
  const run = createRun({ ...options, stop: AbortSignal.any([options.stop, end.signal]) });
  const { report, sources, stop } = run.options;
  const sweeper = createSweeper(run);
  shutDownOn(stop, run);
  const attachments = createAttachments(run, ({ name }) => sweeper.request(`${name}: attached late`));
  const tasks: Promise<unknown>[] = [
    judgeLoop(run, sweeper),
    landLoop(run),
    ...sources.map((source) => hear(run, source, sweeper, attachments)),
  ];
  const work = Promise.all(tasks);
  try {
    const met = options.dryRun ? undefined : meetRival(run);
    await Promise.race([attachments.complete(met), work]);
    const first = firstSweep(run, sweeper);
    tasks.push(first);
    const convoys = await Promise.race([first, work.then(() => undefined)]);
    if (convoys !== undefined) report({ event: "watching", sources: sources.map(({ name }) => name), convoys });
    tasks.push(sweeper.run());
    await Promise.all([work, tasks.at(-1)]);
  } finally {
    end.abort();
    await Promise.allSettled(tasks);
  }
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

function shutDownOn(stop: AbortSignal, run: Run): void {
  const shutDown = (): void => {
    run.judging.shutDown();
    run.landing.shutDown();
  };
  if (stop.aborted) shutDown();
  else stop.addEventListener("abort", shutDown, { once: true });
}

/** Sweeps until it succeeds; undefined when stopped before that. */
async function firstSweep(run: Run, sweeper: Sweeper): Promise<number | undefined> {
  const { clock, random, report, stop } = run.options;
  for (let failures = 1; !stop.aborted; failures += 1) {
    sweeper.dismiss();
    try {
      const { convoys } = await sweep(run, "start");
      return stop.aborted ? undefined : convoys;
    } catch (error) {
      if (!(error instanceof DatabaseError) || !mayPass(error)) throw error;
      if (failures === 1) report({ event: "warning", message: error.message, hint: error.hint });
      await clock.sleep(backoff(STREAM_BACKOFF, failures, random()), stop);
    }
  }
  return undefined;
}

function mayPass({ fault }: DatabaseError): boolean {
  return fault === "locked" || fault === "unreachable" || fault === "replaced";
}

async function judgeLoop(run: Run, sweeper: Sweeper): Promise<void> {
  for (;;) {
    const ids = await run.judging.take(BATCH);
    if (ids.length === 0) return;
    try {
      await judgeConvoys(run, ids, run.options.clock.now());
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      sweeper.request("a read failed");
    } finally {
      for (const id of ids) run.judging.done(id);
    }
  }
}

async function landLoop(run: Run): Promise<void> {
  while (await landNext(run));
}

async function landNext(run: Run): Promise<boolean> {
  const [id] = await run.landing.take(1);
  if (id === undefined) return false;
  try {
    await land(run, id);
  } finally {
    run.landing.done(id);
  }
  return true;
}
