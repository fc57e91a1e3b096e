import { createBdSource } from "@gastown/bd-source";
import {
  type ActivitySource,
  check,
  type CheckResult,
  DatabaseError,
  orFault,
  type ReconcileOptions,
  watch,
} from "@gastown/convoy-core";
import { toolEnvironment } from "@gastown/process";
import { beadsDirOf } from "@gastown/town-files";
import { dbSources, type OpenedFiles } from "./databases.ts";
import { TownLockedError } from "./errors.ts";
import { createTownLead, leadershipOf, underLead, whileLeading } from "./leadership.ts";
import { endLeftBehind, noteBd } from "./left-behind.ts";
import { hasDaemon } from "./other-processes.ts";
import { stateDirOf } from "./state-dir.ts";
import { systemClock } from "./system-clock.ts";
import { fileIdentity, findTool, requireProcessGroups } from "./tools.ts";
import { withTown, type WatchTownOptions } from "./with-town.ts";

/**
 * Watches a town until it is told to stop.
 *
 * @throws {PlatformError} on Windows, which knows no process groups
 * @throws {PermissionError} on Deno without leave to end what is run
 * @throws {ToolNotFoundError} when there is no gt
 * @throws {TownLockedError} when another watcher holds the town
 * @throws {StateDirError} when the watcher's own files cannot be written
 * @throws {LockLostError} when its lock is removed under it
 * @throws {DriverError} when there is no such driver here
 * @throws {DatabaseError} when the town's own database cannot be read, and waiting would not help
 */
export async function watchTown(options: WatchTownOptions): Promise<void> {
  requireProcessGroups();
  await withTown(options, async (reconcile, opened) => {
    const watchNow = async (lead: Pick<ReconcileOptions, "lander" | "rival" | "stop"> = reconcile): Promise<void> => {
      const sources = options.sources.flatMap((name) =>
        name === "bd" ? [bdSource(options, opened)] : dbSources(opened),
      );
      await watch({ ...reconcile, ...lead, sources: [...sources, ...(options.moreSources ?? [])] });
    };
    if (options.dryRun) return watchNow();
    // One that a watcher before this has left behind when it was killed.
    const cleared = endLeftBehind(stateDirOf(options.town));
    const lock = createTownLead(opened, systemClock);
    await whileLeading(lock, reconcile, (leadership) => watchNow(underLead(reconcile, leadership)));
    await cleared;
  });
}

function bdSource({ town, bd, dryRun }: WatchTownOptions, { files }: OpenedFiles): ActivitySource {
  return createBdSource({
    town,
    hasDaemons: () => hasDaemon(files.places().map(({ path }) => beadsDirOf(town, path).dir)),
    ...(!dryRun && { onRun: (pid) => noteBd(stateDirOf(town), pid) }),
    bd: () => findTool("bd", bd, process.env["PATH"], process.cwd()),
    identity: fileIdentity,
    env: toolEnvironment(process.env),
    clock: systemClock,
    random: Math.random,
  });
}

/**
 * One sweep of a town, or of these convoys.
 *
 * @throws as `watchTown`; on Windows a dry run works
 */
export async function checkTown(options: WatchTownOptions, convoys: readonly string[]): Promise<CheckResult> {
  if (!options.dryRun) requireProcessGroups();
  return withTown(options, async (reconcile, opened) => {
    if (options.dryRun) return check({ ...reconcile, sources: [] }, convoys);
    const lock = createTownLead(opened, systemClock);
    const lost = new AbortController();
    try {
      // What can't be told now, the reads will say, too; and nothing is run before it can.
      const hold = await orFault(lock.take());
      if (!(hold instanceof DatabaseError) && !hold.held) throw new TownLockedError(options.town, undefined);
      return await check({ ...reconcile, ...underLead(reconcile, leadershipOf(lock, lost)), sources: [] }, convoys);
    } finally {
      lock.release();
    }
  });
}
