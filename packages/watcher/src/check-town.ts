import { check, type CheckResult, DatabaseError } from "@gastown/convoy-core";
import { TownLockedError } from "./errors.ts";
import { leadershipOf, underLead } from "./leadership.ts";
import { requireProcessGroups } from "./require-process-groups.ts";
import { systemClock } from "./system-clock.ts";
import { createTownLock } from "./town-lock.ts";
import type { WatchTownOptions } from "./watch-options.ts";
import { withTown } from "./with-town.ts";

/**
 * One sweep of a town, or of these convoys.
 *
 * @throws as `watchTown`; on Windows a dry run works
 */
export async function checkTown(options: WatchTownOptions, convoys: readonly string[]): Promise<CheckResult> {
  if (!options.dryRun) requireProcessGroups();
  return withTown(options, async (reconcile, opened) => {
    if (options.dryRun) return check({ ...reconcile, sources: [] }, convoys);
    const lock = createTownLock(opened, systemClock);
    const lost = new AbortController();
    try {
      // What can't be told now, the reads will say, too; and nothing is run before it can.
      const hold = await lock.take().catch(ifFaulty);
      if (hold?.held === false) throw new TownLockedError(options.town, undefined);
      return await check({ ...reconcile, ...underLead(reconcile, leadershipOf(lock, lost)), sources: [] }, convoys);
    } finally {
      lock.release();
    }
  });
}

function ifFaulty(error: unknown): undefined {
  if (!(error instanceof DatabaseError)) throw error;
}
