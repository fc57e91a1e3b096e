import { createAttachments } from "./attachments.ts";
import { backoff, STREAM_BACKOFF } from "./backoff.ts";
import { DatabaseError } from "./errors.ts";
import { hear } from "./hear.ts";
import { judgeConvoys } from "./judge-convoys.ts";
import { landNext } from "./land.ts";
import { meetRival } from "./rival.ts";
import { createRun, type ReconcileOptions, type Run, shutDownOn } from "./run.ts";
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
