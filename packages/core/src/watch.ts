import { backoff, STREAM_BACKOFF } from "./backoff.ts";
import { DatabaseError } from "./errors.ts";
import { judgeLoop } from "./judge.ts";
import { landLoop, meetRival } from "./land.ts";
import type { ReconcileOptions } from "./ports.ts";
import { createRun, gaugesOf, type Run, shutDownOn } from "./run.ts";
import { createAttachments, hear, reopenedLoop } from "./sources.ts";
import { createSweeper, sweep, type Sweeper } from "./sweep.ts";
import { knowsOf, takeUp } from "./tell.ts";

/** So long a gt under way has, once the watcher is to stop, before it is left to end by itself. */
const STOP_LIMIT = 10_000;

/**
 * Watches until `stop` is aborted: follows the sources, sweeps, and lands what is complete. Ends when what is under way
 * has ended or was left running, and the sources have let go.
 *
 * @throws {DatabaseError} when the first sweep cannot read the town's own database, and waiting would not help
 */
export async function watch(options: ReconcileOptions): Promise<void> {
  const end = new AbortController();
  const leaving = leaveAfter(options, end.signal);
  const run = createRun({ ...options, stop: AbortSignal.any([options.stop, end.signal]) }, leaving.signal);
  const { report, sources, stop } = run.options;
  const sweeper = createSweeper(run);
  shutDownOn(stop, run);
  run.options.observe?.(() => gaugesOf(run));
  const attachments = createAttachments(run, ({ name }) => sweeper.request(`${name}: attached late`));
  for (const unfinished of options.dryRun ? [] : (options.unfinished ?? [])) takeUp(run, unfinished);
  const tasks: Promise<unknown>[] = [
    judgeLoop(run, () => sweeper.request("a read failed", "patient")),
    landLoop(run),
    reopenedLoop(run),
    ...sources.map((source) => hear(run, source, sweeper, attachments)),
  ];
  const work = Promise.all(tasks);
  try {
    await Promise.race([attachments.complete(options.dryRun ? undefined : meetFirst(run)), work]);
    const first = firstSweep(run, sweeper);
    tasks.push(first);
    const convoys = await Promise.race([first, work.then(() => undefined)]);
    if (convoys !== undefined) report({ event: "watching", sources: sources.map(({ name }) => name), convoys });
    const sweeping = sweeper.run();
    tasks.push(sweeping);
    await Promise.all([work, sweeping]);
    await idle(run);
  } finally {
    end.abort();
    await Promise.allSettled([...tasks, ...run.tellings]);
    leaving.over();
  }
}

/** Settles when nobody is being told any more. */
export async function idle(run: Run): Promise<void> {
  while (run.tellings.size > 0) await Promise.all(run.tellings);
}

/** Aborted a while after the end has come: what runs then is left running. */
export function leaveAfter(
  { clock, stop }: ReconcileOptions,
  end: AbortSignal,
): { readonly signal: AbortSignal; over(): void } {
  const leave = new AbortController();
  const over = new AbortController();
  const any = AbortSignal.any([stop, end]);
  const begin = (): void =>
    void clock.sleep(STOP_LIMIT, over.signal).then(() => {
      if (!over.signal.aborted) leave.abort();
    });
  if (any.aborted) begin();
  else any.addEventListener("abort", begin, { once: true });
  return { signal: leave.signal, over: () => over.abort() };
}

/** Finds out early who else is here, and what gt can do. What cannot be found out now is asked again at each turn. */
async function meetFirst(run: Run): Promise<void> {
  void knowsOf(run);
  try {
    await meetRival(run);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
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
