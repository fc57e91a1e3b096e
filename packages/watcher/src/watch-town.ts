import { createBdSource, toolEnvironment } from "@gastown/bd-source";
import {
  type ActivitySource,
  check,
  type CheckResult,
  type ConvoyStore,
  createTownStore,
  type DatabaseError,
  type LandStep,
  type ReconcileOptions,
  type Reporter,
  watch,
} from "@gastown/convoy-core";
import type { DriverName } from "@gastown/sqlite-resolver";
import { commandEnvironment } from "./command-environment.ts";
import { ToolNotFoundError, TownLockedError } from "./errors.ts";
import { fileIdentity, findTool } from "./find-tool.ts";
import { createGtLander } from "./gt-lander.ts";
import { createLandHook, type LandHook, type LandHookOptions } from "./land-hook.ts";
import { leaderLockOf, underLead, whileLeading } from "./leadership.ts";
import { lockTown } from "./lock.ts";
import { dbSource, type OpenedFiles, openFiles } from "./open-files.ts";
import { requireProcessGroups } from "./require-process-groups.ts";
import { findRival } from "./rival.ts";
import { stateDirOf } from "./state-dir.ts";
import { createStatusKeeper } from "./status-file.ts";
import { systemClock } from "./system-clock.ts";

/** A source of hints: `bd activity`, or the databases themselves. */
export type SourceName = "bd" | "db";

/** How to watch a town. All times in milliseconds. */
export interface WatchTownOptions {
  /** Root of the town, absolute. */
  readonly town: string;
  /** Version of the host, for the first record. */
  readonly version: string;
  /** Path of bd; else it is looked for on PATH. */
  readonly bd?: string | undefined;
  /** Path of gt; else it is looked for on PATH. */
  readonly gt?: string | undefined;
  /** What reads SQLite files; better-sqlite3 by default. */
  readonly driver?: DriverName | undefined;
  /** With none it sweeps only. */
  readonly sources: readonly SourceName[];
  /** Sources of the host's own. */
  readonly moreSources?: readonly ActivitySource[];
  /** Time between two sweeps. */
  readonly sweepEvery: number;
  /** How long to leave a complete convoy to another watcher of the town. */
  readonly grace: number;
  /** The steps that may be taken, in this order. */
  readonly steps: readonly LandStep[];
  /** A command of the user's, run for each landed convoy: program and arguments. */
  readonly onLand?: readonly [string, ...string[]] | undefined;
  /** Find out, run nothing, write nothing. */
  readonly dryRun: boolean;
  /** Told of everything that happens. */
  readonly report: Reporter;
  /** Stop: finish the command in flight. The reason of the abort is reported as it is. */
  readonly stop: AbortSignal;
  /** Stop at once. */
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
 * @throws {DriverError} when there is no such driver here
 * @throws {DatabaseError} when the town's own database cannot be read, and waiting would not help
 */
export async function watchTown(options: WatchTownOptions): Promise<void> {
  requireProcessGroups();
  await withTown(options, async (reconcile, opened) => {
    const watchNow = async (lead: Pick<ReconcileOptions, "lander" | "rival" | "stop"> = reconcile): Promise<void> => {
      const sources = options.sources.map((name) => (name === "bd" ? bdSource(options) : dbSource(opened)));
      await watch({ ...reconcile, ...lead, sources: [...sources, ...(options.moreSources ?? [])] });
    };
    const lock = options.dryRun ? undefined : leaderLockOf(opened);
    if (lock === undefined) await watchNow();
    else await whileLeading(lock, reconcile, (leadership) => watchNow(underLead(reconcile, leadership)));
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
    const lock = options.dryRun ? undefined : leaderLockOf(opened);
    try {
      if (lock !== undefined && !(await lock.take()).held) throw new TownLockedError(options.town, undefined);
      return await check({ ...reconcile, sources: [] }, convoys);
    } finally {
      lock?.release();
    }
  });
}

async function withTown<T>(
  options: WatchTownOptions,
  work: (reconcile: ReconcileOptions, opened: OpenedFiles) => Promise<T>,
): Promise<T> {
  const { town, dryRun, version, driver } = options;
  const bd = findTool("bd", options.bd, process.env["PATH"], process.cwd());
  const gt = findTool("gt", options.gt, process.env["PATH"], process.cwd());
  if (gt === undefined && !dryRun)
    throw new ToolNotFoundError(
      "gt",
      options.gt === undefined ? "gt is not on PATH" : `there is no program ${options.gt}`,
    );
  const startedAt = new Date();
  const lock = dryRun ? undefined : await lockTown(town, startedAt, driver);
  const keeper = createStatusKeeper(
    { version, pid: process.pid, town, startedAt: startedAt.toISOString() },
    lock !== undefined,
  );
  let hook: LandHook | undefined;
  const report: Reporter = (record) => {
    keeper.report(record);
    options.report(record);
    if (record.event === "landed") hook?.landed(record);
  };
  const opened = openFiles(town, {
    driver,
    onRejectedRoutes(rejected) {
      for (const { line, why } of rejected)
        report({
          event: "warning",
          message: `routes.jsonl, line ${line}: ${why}`,
          hint: "the line is left out; mend or remove it",
        });
    },
  });
  try {
    const store = createTownStore(opened.files.databases, { onFault: createFaultTeller(report) });
    hook = options.onLand && createLandHook({ ...hookOptions(options, store), command: options.onLand, report });
    report({ event: "hello", version, pid: process.pid, town, bd: bd ?? null, gt: gt ?? null });
    const result = await work(
      {
        store,
        lander: createGtLander({
          gt: gt ?? "gt",
          town,
          env: commandEnvironment(process.env, bd),
          outputDir: stateDirOf(town),
        }),
        sources: [],
        clock: systemClock,
        report,
        random: Math.random,
        sweepEvery: options.sweepEvery,
        grace: options.grace,
        steps: options.steps,
        dryRun,
        rival: async () => keeper.noteRival(findRival(town)),
        stop: options.stop,
        kill: options.kill,
      },
      opened,
    );
    await hook?.idle();
    report({ event: "stopped", reason: options.stop.aborted ? String(options.stop.reason) : "done" });
    return result;
  } finally {
    opened.close();
    keeper.close();
    lock?.release();
  }
}

function hookOptions(
  { town, kill }: WatchTownOptions,
  store: ConvoyStore,
): Omit<LandHookOptions, "command" | "report"> {
  return { town, kill, env: process.env, read: async (id) => (await store.readConvoys([id])).get(id) };
}

function bdSource({ town, bd }: WatchTownOptions): ActivitySource {
  return createBdSource({
    town,
    bd: () => findTool("bd", bd, process.env["PATH"], process.cwd()),
    identity: fileIdentity,
    env: toolEnvironment(process.env),
    clock: systemClock,
    random: Math.random,
  });
}

/** Tells of a database that can't be read once, and again when the reason changes or it was read in between. */
function createFaultTeller(report: Reporter): (rig: string, error: DatabaseError | undefined) => void {
  const told = new Map<string, string>();
  return (rig, error) => {
    if (error === undefined) told.delete(rig);
    else if (told.get(rig) !== error.message) {
      told.set(rig, error.message);
      report({ event: "warning", message: `${rig}: ${error.message}`, hint: error.hint });
    }
  };
}
