import { messageOf, type WatchRecord, WatcherError } from "@gastown/convoy-core";
import { optionsOf, settingsSchema, watchTown, systemClock } from "@gastown/convoy-watcher";
import { createStatusKeeper, findRival } from "@gastown/convoy-watcher/host";
import type { AutomationPlugin, PluginContext, PluginHandle } from "@gastown/plugin-api";
import { NotReadyError } from "@gastown/plugin-api";
import { preflight } from "./preflight.ts";
import { summaryOf } from "./summary.ts";
import { createSweepRequests } from "./sweep-requests.ts";
import { logRecord, tellOthers } from "./tell.ts";
import { VERSION } from "./version.ts";

/** Settings of the convoy watcher, as they are after the check: times in milliseconds. What is left out has its default. */
export interface ConvoyWatcherSettings {
  /** Where hints come from. */
  readonly source?: ("bd" | "db")[] | undefined;
  /** Milliseconds between two sweeps. */
  readonly sweep?: number | undefined;
  /** Milliseconds for which a complete convoy is left to a live gt daemon. */
  readonly grace?: number | undefined;
  /** Milliseconds that gt may tell people once it has closed a convoy. */
  readonly tell?: number | undefined;
  /** Which steps may be taken. */
  readonly land?: ("check" | "close" | "force")[] | undefined;
  /** Path of bd; a relative one starts at the root. */
  readonly bd?: string | undefined;
  /** Path of gt; a relative one starts at the root. */
  readonly gt?: string | undefined;
  /** What reads SQLite files. */
  readonly driver?: "better-sqlite3" | "node-sqlite" | undefined;
  /** What to run for each landed convoy: program and arguments. */
  readonly onLand?: readonly [string, ...string[]] | undefined;
}

/** Milliseconds until the command in flight is left to end by itself, once the watcher is to stop: less than a host's patience. */
const DRAIN = 8_000;

/**
 * The convoy watcher as a plugin: lands every convoy of the town at `root` as soon as all it tracks is closed. It is
 * ready when the first sweep is done and the sources are attached.
 */
export function createConvoyWatcher(overrides: ConvoyWatcherSettings = {}): AutomationPlugin<ConvoyWatcherSettings> {
  return {
    name: "convoy-watcher",
    apiVersion: 1,
    configSchema: settingsSchema,
    preflight,
    start: (context) => start(context, { ...context.config, ...overrides }),
  };
}

async function start(
  context: PluginContext<ConvoyWatcherSettings>,
  settings: ConvoyWatcherSettings,
): Promise<PluginHandle> {
  const { signal, root: town } = context;
  signal.throwIfAborted();
  const stop = new AbortController();
  const kill = new AbortController();
  const end = (reason: unknown): void => stop.abort(reason);
  const onAbort = (): void => end(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  context.onDispose(() => {
    end("disposed");
    kill.abort();
  });

  const sweeps = createSweepRequests(() => systemClock.now());
  const startedAt = new Date().toISOString();
  const keeper = createStatusKeeper({ version: VERSION, pid: process.pid, town, startedAt }, false);
  const ready = Promise.withResolvers<void>();
  const report = (record: WatchRecord): void => {
    keeper.report(record);
    sweeps.report(record);
    logRecord(context.logger, record);
    tellOthers(context, record);
    if (record.event === "watching") ready.resolve();
  };
  const done = watchTown({
    ...optionsOf(town, settings),
    town,
    version: VERSION,
    moreSources: [sweeps.source],
    dryRun: false,
    report,
    leaveAfter: DRAIN,
    stop: stop.signal,
    kill: kill.signal,
  }).finally(() => {
    signal.removeEventListener("abort", onAbort);
    sweeps.end(new Error("the convoy watcher has ended"));
  });
  // Whoever holds the handle hears of a crash through `done`; that nobody does so yet is no fault.
  done.catch(() => undefined);
  await Promise.race([ready.promise, ended(done, signal)]);

  return {
    done,
    status() {
      const rival = findRival(town)?.name;
      return { ...keeper.status(), rival: rival ?? null, summary: summaryOf(keeper.status(), rival) };
    },
    trigger: () => sweeps.request(),
    async [Symbol.asyncDispose]() {
      end("disposed");
      await done.catch(() => undefined);
    },
  };
}

/** Rejects when the watcher ends before it is ready. */
async function ended(done: Promise<void>, signal: AbortSignal): Promise<never> {
  try {
    await done;
  } catch (error) {
    if (!(error instanceof WatcherError)) throw error;
    throw new NotReadyError(messageOf(error), { cause: error, hint: error.hint });
  }
  signal.throwIfAborted();
  throw new NotReadyError("the watcher ended before it was ready");
}
