import { createTownStore, type ReconcileOptions, type Reporter } from "@gastown/convoy-core";
import { freezeOf } from "@gastown/town-files";
import { commandEnvironment } from "./command-environment.ts";
import { ToolNotFoundError } from "./errors.ts";
import { findTool } from "./find-tool.ts";
import { gateAdvice } from "./gate-advice.ts";
import { createGtLander } from "./gt-lander.ts";
import { createHooks, type Hooks } from "./hooks.ts";
import { lockTown } from "./lock.ts";
import { type OpenedFiles, openFiles } from "./open-files.ts";
import { findRival } from "./rival.ts";
import { stateDirOf } from "./state-dir.ts";
import { createStatusKeeper } from "./status-file.ts";
import { systemClock } from "./system-clock.ts";
import { createFaultTeller, tellRejectedRoutes } from "./tell-faults.ts";
import type { WatchTownOptions } from "./watch-options.ts";

/** Works on a town: finds its tools, takes its lock, opens its databases, and leaves nothing of that behind. */
export async function withTown<T>(
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
    {
      version,
      pid: process.pid,
      town,
      startedAt: startedAt.toISOString(),
      ...(options.gate === "merge" && { gate: options.gate }),
    },
    lock !== undefined,
  );
  let hooks: Hooks | undefined;
  const report: Reporter = (record) => {
    keeper.report(record);
    options.report(record);
    hooks?.report(record);
  };
  const opened = openFiles(town, {
    driver,
    onRejectedRoutes: (rejected) => tellRejectedRoutes(town, rejected, report),
  });
  try {
    const store = createTownStore(opened.files.databases, { onFault: createFaultTeller(report) });
    hooks = createHooks({
      commands: options.hooks ?? {},
      town,
      env: process.env,
      read: async (id) => (await store.readConvoys([id])).get(id),
      report,
      clock: systemClock,
      kill: options.kill,
    });
    report({ event: "hello", version, pid: process.pid, town, bd: bd ?? null, gt: gt ?? null });
    if (options.gate === "merge") tellOfRivals(town, report);
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
        gate: options.gate ?? "off",
        ...(options.mergeStaleAfter !== undefined && { mergeStaleAfter: options.mergeStaleAfter }),
        dryRun,
        hold: async () => freezeOf(town, process.env)?.reason,
        rival: async () => {
          const name = keeper.noteRival(findRival(town));
          return name === undefined ? undefined : { name, checking: false };
        },
        stop: options.stop,
        kill: options.kill,
      },
      opened,
    );
    await hooks.idle();
    report({ event: "stopped", reason: options.stop.aborted ? String(options.stop.reason) : "done" });
    return result;
  } catch (error) {
    hooks?.fail(error);
    await hooks?.idle();
    throw error;
  } finally {
    opened.close();
    keeper.close();
    lock?.release();
  }
}

function tellOfRivals(town: string, report: Reporter): void {
  const message = gateAdvice(town, findRival(town));
  if (message === undefined) return;
  report({ event: "warning", message, hint: "stop it, or read docs/guides/merge-gate.md for what that means" });
}
