import { createBdSource } from "@gastown/bd-source";
import {
  type ActivitySource,
  check,
  type CheckResult,
  DatabaseError,
  type LandStep,
  orFault,
  type ReconcileOptions,
  type Reporter,
  watch,
} from "@gastown/convoy-core";
import { toolEnvironment } from "@gastown/process";
import type { DriverName } from "@gastown/sqlite-resolver";
import { beadsDirOf } from "@gastown/town-files";
import { dbSources, type OpenedFiles } from "./databases.ts";
import { TownLockedError } from "./errors.ts";
import type { HookCommands } from "./hooks.ts";
import { createTownLead, leadershipOf, underLead, whileLeading } from "./leadership.ts";
import { endLeftBehind, noteBd } from "./left-behind.ts";
import { hasDaemon } from "./other-processes.ts";
import { stateDirOf } from "./state-dir.ts";
import { systemClock } from "./system-clock.ts";
import { fileIdentity, findTool, requireProcessGroups } from "./tools.ts";
import { withTown } from "./with-town.ts";

/** A source of hints: `bd activity`, or the databases themselves. */
export type SourceName = "bd" | "db";

/** How to watch a town, as far as its settings say. All times in milliseconds. */
export interface TownSettings {
  /** Path of bd; else it is looked for on PATH. */
  readonly bd?: string | undefined;
  /** Path of gt; else it is looked for on PATH. */
  readonly gt?: string | undefined;
  /** What reads SQLite files; better-sqlite3 by default. */
  readonly driver?: DriverName | undefined;
  /** With none it sweeps only. */
  readonly sources: readonly SourceName[];
  /** Time between two sweeps. */
  readonly sweepEvery: number;
  /** How long to leave a complete convoy to another watcher of the town. */
  readonly grace: number;
  /** How long gt may tell people after it has closed a convoy; 5 minutes by default. */
  readonly tellLimit?: number | undefined;
  /** The steps that may be taken, in this order. */
  readonly steps: readonly LandStep[];
  /** `merge`: a convoy waits until the work of its closed issues is merged. */
  readonly gate?: "off" | "merge" | undefined;
  /** How old the last change of a merge request may be before that is told of; 24 hours by default. */
  readonly mergeStaleAfter?: number | undefined;
  /** Commands of the user's, run for what comes to an end. */
  readonly hooks?: HookCommands | undefined;
}

/** How to watch a town. */
export interface WatchTownOptions extends TownSettings {
  /** Root of the town, absolute. */
  readonly town: string;
  /** Version of the host, for the first record. */
  readonly version: string;
  /** Sources of the host's own. */
  readonly moreSources?: readonly ActivitySource[];
  /** How long a stop waits for a command under way before it is left to end by itself, in milliseconds; 10 s by default. */
  readonly leaveAfter?: number | undefined;
  /** Find out, run nothing, write nothing. */
  readonly dryRun: boolean;
  /** Told of everything that happens. */
  readonly report: Reporter;
  /** Stop: take up nothing new, and leave what is under way to end by itself. The reason is reported as it is. */
  readonly stop: AbortSignal;
  /** Stop at once: end the command in flight, with all it started. */
  readonly kill: AbortSignal;
}

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
