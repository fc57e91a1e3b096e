import {
  createRequestSource,
  messageOf,
  type Reporter,
  type RequestSource,
  WatcherError,
  type WatchRecord,
} from "@gastown/convoy-core";
import {
  credentialsFileOf,
  findWatcher,
  neededVariables,
  optionsOf,
  settingsSchema,
  systemClock,
  TownLockedError,
  watchTown,
} from "@gastown/convoy-watcher";
import { createStatusKeeper, findRival } from "@gastown/convoy-watcher/host";
import {
  type AutomationPlugin,
  NotReadyError,
  type PluginContext,
  type PluginHandle,
  type Preflight,
  type PreflightContext,
} from "@gastown/plugin-api";
import manifest from "../package.json" with { type: "json" };
import { logRecord, summaryOf, tellOthers } from "./report.ts";

/** Version of this package. */
const VERSION: string = manifest.version;

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

/** Another watcher holds the town, or gt's own daemon lands convoys in it, too. */
function preflight({ root, settings, env, pid }: PreflightContext): Preflight {
  const watcher = findWatcher(root);
  const rival = findRival(root)?.name;
  const grace = typeof settings["grace"] === "string" ? settings["grace"] : "7s";
  const { plain, secret } = neededVariables(root, env);
  const file = credentialsFileOf(env) ?? "~/.config/beads/credentials";
  return {
    environment: { plain, secret, instead: `put the password into ${file}, below a line [host:port], as password=…` },
    ...(watcher.state === "running" && watcher.pid !== pid && { refuse: new TownLockedError(root, watcher) }),
    ...(rival !== undefined && {
      remarks: [
        `${rival} lands convoys here, too: each complete one is left to it for ${grace} first, so that nobody is told twice`,
      ],
    }),
  };
}

async function start(
  context: PluginContext<ConvoyWatcherSettings>,
  settings: ConvoyWatcherSettings,
): Promise<PluginHandle> {
  const { signal, root: town } = context;
  signal.throwIfAborted();
  const own = new AbortController();
  const kill = new AbortController();
  context.onDispose(() => {
    own.abort("disposed");
    kill.abort();
  });

  const sweeps = createSweepRequests();
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
    stop: AbortSignal.any([signal, own.signal]),
    kill: kill.signal,
  }).finally(() => sweeps.end(new Error("the convoy watcher has ended")));
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
      own.abort("disposed");
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

/** Sweeps on demand. */
interface SweepRequests extends Pick<RequestSource, "source"> {
  /** To be told of every record. */
  readonly report: Reporter;
  /** Resolves when a sweep that began after the call is over. */
  request(): Promise<void>;
  /** Rejects what is still waited for: there will be no more sweeps. */
  end(reason: Error): void;
}

/** Turns requests into hints; those made during a sweep share the next one. */
function createSweepRequests(): SweepRequests {
  const { source, ask } = createRequestSource("trigger", "on demand");
  let waiters: (PromiseWithResolvers<void> & { readonly since: number })[] = [];
  let over: Error | undefined;

  return {
    source,
    report(record) {
      if (record.event !== "sweep" || waiters.length === 0) return;
      const begun = systemClock.now() - record.ms;
      for (const waiter of waiters) if (waiter.since < begun) waiter.resolve();
      waiters = waiters.filter(({ since }) => since >= begun);
      if (waiters.length > 0) ask();
    },
    request() {
      if (over !== undefined) return Promise.reject(over);
      const waiter = { since: systemClock.now(), ...Promise.withResolvers<void>() };
      waiters.push(waiter);
      ask();
      return waiter.promise;
    },
    end(reason) {
      over ??= reason;
      for (const waiter of waiters) waiter.reject(reason);
      waiters = [];
    },
  };
}
