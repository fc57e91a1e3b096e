import { backoff, STREAM_BACKOFF } from "./backoff.ts";
import { DatabaseError, orFault } from "./errors.ts";
import { judgeLoop } from "./judge.ts";
import { landLoop, meetRival } from "./land.ts";
import type { ReconcileOptions } from "./ports.ts";
import { gaugesOf, type Run, withRun } from "./run.ts";
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
      judgeLoop(run, () => sweeper.request("a read failed", "patient")),
      landLoop(run),
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
