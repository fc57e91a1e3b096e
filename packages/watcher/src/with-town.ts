import {
  abortedAfter,
  type ActivitySource,
  type ConvoyLander,
  createTownStore,
  LIMITS,
  messageOf,
  type ReconcileOptions,
  type Reporter,
} from "@gastown/convoy-core";
import type { DriverName } from "@gastown/sqlite-resolver";
import { freezeOf } from "@gastown/town-files";
import { createFaultTeller, type OpenedFiles, openFiles, tellRejectedRoutes } from "./databases.ts";
import { LockLostError } from "./errors.ts";
import { gateAdvice } from "./gate.ts";
import { createGtLander } from "./gt-lander.ts";
import { createHooks, type HookCommands, type Hooks } from "./hooks.ts";
import { createTeller } from "./known-refusals.ts";
import { openLedger, readLedger } from "./ledger.ts";
import { openCommands, takeUp } from "./left-behind.ts";
import { lockTown, type TownLock } from "./lock.ts";
import { findRival } from "./other-processes.ts";
import type { SETTINGS } from "./settings-table.ts";
import { stateDirOf } from "./state-dir.ts";
import { createStatusKeeper, type StatusKeeper } from "./status-file.ts";
import { systemClock } from "./system-clock.ts";
import { commandEnvironment, findTools } from "./tools.ts";

/** A source of hints: `bd activity`, or the databases themselves. */
export type SourceName = (typeof SETTINGS)["source"]["words"][number];

/** How to watch a town, as far as its settings say. All times in milliseconds. */
export interface TownSettings extends Pick<ReconcileOptions, "sweepEvery" | "grace" | "steps"> {
  /** Path of bd; else it is looked for on PATH. */
  readonly bd?: string | undefined;
  /** Path of gt; else it is looked for on PATH. */
  readonly gt?: string | undefined;
  /** What reads SQLite files; better-sqlite3 by default. */
  readonly driver?: DriverName | undefined;
  /** With none it sweeps only. */
  readonly sources: readonly SourceName[];
  /** How long gt may tell people after it has closed a convoy; 5 minutes by default. */
  readonly tellLimit?: number | undefined;
  /** `merge`: a convoy waits until the work of its closed issues is merged. */
  readonly gate?: "off" | "merge" | undefined;
  /** How old the last change of a merge request may be before that is told of; 24 hours by default. */
  readonly mergeStaleAfter?: number | undefined;
  /** Commands of the user's, run for what comes to an end. */
  readonly hooks?: HookCommands | undefined;
}

/** How to watch a town. */
export interface WatchTownOptions extends TownSettings, Pick<ReconcileOptions, "dryRun" | "report" | "kill"> {
  /** Root of the town, absolute. */
  readonly town: string;
  /** Version of the host, for the first record. */
  readonly version: string;
  /** Sources of the host's own. */
  readonly moreSources?: readonly ActivitySource[];
  /** How long a stop waits for a command under way before it is left to end by itself, in milliseconds; 10 s by default. */
  readonly leaveAfter?: number | undefined;
  /** Stop: take up nothing new, and leave what is under way to end by itself. The reason is reported as it is. */
  readonly stop: AbortSignal;
}

/** Works on a town: finds its tools, takes its lock, opens its databases, and leaves nothing of that behind. */
export async function withTown<T>(
  options: WatchTownOptions,
  work: (reconcile: ReconcileOptions, opened: OpenedFiles) => Promise<T>,
): Promise<T> {
  const ends: (() => unknown)[] = [];
  try {
    return await workOn(options, work, (end) => void ends.unshift(end));
  } finally {
    await runAll(ends);
  }
}

async function workOn<T>(
  options: WatchTownOptions,
  work: (reconcile: ReconcileOptions, opened: OpenedFiles) => Promise<T>,
  defer: (end: () => unknown) => void,
): Promise<T> {
  const { town, dryRun, version, driver, tellLimit = LIMITS.tell, leaveAfter = LIMITS.leave } = options;
  const { now, wall } = systemClock;
  const { bd, gt } = findTools(options);
  const dir = stateDirOf(town);
  const startedAt = new Date();
  const lock = dryRun ? undefined : await lockTown(town, startedAt, driver);
  defer(() => lock?.release());
  const keeper = createStatusKeeper(
    {
      version,
      pid: process.pid,
      town,
      startedAt: startedAt.toISOString(),
      ...(options.gate === "merge" && { gate: options.gate }),
    },
    lock !== undefined,
  );
  defer(() => keeper.close());

  const before = lock === undefined ? [] : readLedger(dir);
  const onFault = (why: string): void =>
    report({
      event: "warning",
      message: `the ledger of commands cannot be written: ${why}`,
      hint: "convoys are landed all the same; what a crash interrupts will not be taken up",
    });
  const ledger = lock && openLedger({ dir, wall, now, onFault });
  let hooks: Hooks | undefined;
  const report: Reporter = createTeller((record) => {
    keeper.report(record);
    ledger?.note(record);
    options.report(record);
    hooks?.report(record);
  });

  const lost = new AbortController();
  const stop = AbortSignal.any([options.stop, lost.signal]);
  const over = new AbortController();
  defer(() => over.abort());
  const opened = openFiles(town, {
    driver,
    onRejectedRoutes: (rejected) => tellRejectedRoutes(town, rejected, report),
  });
  defer(() => opened.close());
  const tellFault = createFaultTeller(report);
  const store = createTownStore(opened.files.databases, {
    now: () => systemClock.now(),
    onFault(rig, error) {
      keeper.noteRead(rig, error?.message);
      tellFault(rig, error);
    },
  });
  const lander = createGtLander({
    gt: gt ?? "gt",
    town,
    env: commandEnvironment(process.env, bd, gt),
    now,
    own: ledger && { ledger, dir },
  });
  try {
    hooks = createHooks({
      commands: options.hooks ?? {},
      town,
      env: process.env,
      read: async (id) => (await store.readConvoys([id])).get(id),
      report,
      clock: systemClock,
      kill: AbortSignal.any([options.kill, abortedAfter(stop, leaveAfter, systemClock, over.signal)]),
    });
    report({ event: "hello", version, pid: process.pid, town, bd: bd ?? null, gt: gt ?? null });
    if (options.gate === "merge") tellOfRivals(town, report);
    const result = await work(
      {
        store,
        lander: guarded(lander, { lock, lost, keeper }),
        sources: [],
        clock: systemClock,
        report,
        random: Math.random,
        sweepEvery: options.sweepEvery,
        grace: options.grace,
        steps: options.steps,
        gate: options.gate ?? "off",
        ...(options.mergeStaleAfter !== undefined && { mergeStaleAfter: options.mergeStaleAfter }),
        dryRun,
        observe: keeper.observe,
        hold: async () => freezeOf(town, process.env)?.reason,
        tellLimit,
        leaveAfter,
        unfinished:
          ledger === undefined
            ? []
            : takeUp(openCommands(before), {
                dir,
                ledger,
                wall,
                limit: LIMITS.close + tellLimit,
                signal: stop,
                sleep: systemClock.sleep,
              }),
        rival: async () => keeper.noteRival(findRival(town)),
        stop,
        kill: options.kill,
      },
      opened,
    );
    if (lost.signal.aborted) throw new LockLostError(dir);
    await hooks.idle();
    report({ event: "stopped", reason: options.stop.aborted ? String(options.stop.reason) : "done" });
    return result;
  } catch (error) {
    hooks?.fail(error);
    await hooks?.idle();
    report({ event: "stopped", reason: messageOf(error) });
    throw error;
  }
}

interface Guard {
  readonly lock: TownLock | undefined;
  /** To be aborted when the lock is found to be another's. */
  readonly lost: AbortController;
  readonly keeper: StatusKeeper;
}

/** The lander, which runs nothing once the lock may be another's, and is seen in the status. */
function guarded(lander: ConvoyLander, { lock, lost, keeper }: Guard): ConvoyLander {
  return {
    ...lander,
    async run(step, convoy, signals) {
      if (lock?.isInPlace() === false) {
        lost.abort();
        return { ended: "failed", output: "nothing was run: the lock of this town is gone" };
      }
      const command = lander.command(step, convoy);
      const end = keeper.noteCommand(convoy, command);
      try {
        return await lander.run(step, convoy, signals);
      } finally {
        end();
      }
    },
  };
}

/** Each has its turn, whatever those before it throw. */
async function runAll([first, ...rest]: readonly (() => unknown)[]): Promise<void> {
  if (first === undefined) return;
  try {
    await first();
  } finally {
    await runAll(rest);
  }
}

function tellOfRivals(town: string, report: Reporter): void {
  const message = gateAdvice(town, findRival(town)?.name);
  if (message === undefined) return;
  report({ event: "warning", message, hint: "stop it, or read `convoy-cli help merge-gate` for what that means" });
}
