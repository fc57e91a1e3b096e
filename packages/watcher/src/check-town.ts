import { check, type CheckResult } from "@gastown/convoy-core";
import { TownLockedError } from "./errors.ts";
import { leaderLockOf } from "./leadership.ts";
import { requireProcessGroups } from "./require-process-groups.ts";
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
    const lock = options.dryRun ? undefined : leaderLockOf(opened);
    try {
      if (lock !== undefined && !(await lock.take()).held) throw new TownLockedError(options.town, undefined);
      return await check({ ...reconcile, sources: [] }, convoys);
    } finally {
      lock?.release();
    }
  });
}
