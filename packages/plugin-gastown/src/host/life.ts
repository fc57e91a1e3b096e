import { backoff, type Backoff, type Clock, messageOf, WatcherError } from "@gastown/convoy-core";
import {
  type AnyPlugin,
  isNotReady,
  type PluginContext,
  type PluginEvent,
  type PluginHandle,
  type PluginLogger,
} from "@gastown/plugin-api";
import { kindOf } from "./load-plugin.ts";

/** Between two starts of a plugin that fails: without jitter, since there is one of it. */
const RESTART_BACKOFF: Backoff = { base: 5_000, cap: 300_000, floor: 5_000 };

/** A plugin that has run for so long, in milliseconds, is taken to be well: its next crash is a first one. */
export const HEALTHY_AFTER = 300_000;

/** How a run is going. Times are unix milliseconds. */
export type RunState =
  | { readonly phase: "starting" }
  | { readonly phase: "running"; readonly handle: PluginHandle }
  | { readonly phase: "waiting"; readonly error: string; readonly hint?: string; readonly retryAt: number }
  | { readonly phase: "stopped" };

export interface RunPluginOptions {
  readonly root: string;
  /** Must be there. */
  readonly stateDir: string;
  /** Gives the config for each start: the settings, read anew and checked by the schema of the plugin. */
  readonly config: () => unknown;
  readonly host: PluginContext["host"];
  readonly logger: PluginLogger;
  readonly emit: (event: PluginEvent) => void;
  readonly on?: PluginContext["on"];
  readonly watchFiles?: PluginContext["watchFiles"];
  readonly clock: Clock;
  /** Stop: the plugin has `stopTimeout` to end. */
  readonly stop: AbortSignal;
  /** Wait for nothing any more. */
  readonly kill: AbortSignal;
  /** Milliseconds that a plugin has to end. */
  readonly stopTimeout: number;
  /** Called at every change. */
  readonly onState?: (state: RunState) => void;
  readonly restart?: Backoff;
}

/**
 * Runs a plugin until it is told to stop, or the plugin has ended by itself. When it cannot start or crashes, it is
 * started again, after a pause that grows. Never rejects.
 */
export async function runPlugin(plugin: AnyPlugin, options: RunPluginOptions): Promise<void> {
  const { clock, logger, stop, onState = () => undefined, restart = RESTART_BACKOFF } = options;
  for (let failures = 0; !stop.aborted;) {
    onState({ phase: "starting" });
    let startedAt = clock.now();
    try {
      await runOnce(plugin, await options.config(), options, (handle) => {
        startedAt = clock.now();
        onState({ phase: "running", handle });
      });
      break;
    } catch (error) {
      if (stop.aborted) break;
      failures = clock.now() - startedAt >= HEALTHY_AFTER ? 1 : failures + 1;
      const pause = backoff(restart, failures, 1);
      const hint = hintOf(error);
      const what = isNotReady(error) ? "not ready" : "failed";
      logger.error(`${what}: ${messageOf(error)}`, { ...(hint && { hint }), failures, nextTryInMs: pause });
      // Whoever wrote the plugin needs to see where.
      if (what === "failed" && error instanceof Error) logger.error(error.stack ?? "");
      onState({ phase: "waiting", error: messageOf(error), ...(hint && { hint }), retryAt: clock.wall() + pause });
      await clock.sleep(pause, stop);
    }
  }
  onState({ phase: "stopped" });
}

function hintOf(error: unknown): string | undefined {
  if (isNotReady(error) && "hint" in error && typeof error.hint === "string") return error.hint;
  return error instanceof WatcherError ? error.hint : undefined;
}

type CleanUp = () => void | Promise<void>;

/** The context of one life of a plugin, and the clean-ups that it registers. Nothing in it throws. */
function createContext(
  config: unknown,
  { root, stateDir, host, logger, emit, on, watchFiles }: RunPluginOptions,
  signal: AbortSignal,
): { readonly context: PluginContext<never>; readonly cleanUps: CleanUp[] } {
  const cleanUps: CleanUp[] = [];
  const untilTheEnd = (off: () => void): (() => void) => {
    cleanUps.push(off);
    return off;
  };
  const context: PluginContext<never> = {
    signal,
    root,
    stateDir,
    // Checked by the schema of the very plugin that gets it.
    config: config as never,
    host,
    logger: quiet(logger),
    emit: (event) => harmless(() => emit(event)),
    ...(on && { on: (type, listen) => untilTheEnd(on(type, listen)) }),
    ...(watchFiles && { watchFiles: (paths, changed) => untilTheEnd(watchFiles(paths, changed)) }),
    onDispose: (clean) => void cleanUps.push(clean),
  };
  return { context, cleanUps };
}

function quiet(logger: PluginLogger): PluginLogger {
  return {
    debug: (message, fields) => harmless(() => logger.debug(message, fields)),
    info: (message, fields) => harmless(() => logger.info(message, fields)),
    warn: (message, fields) => harmless(() => logger.warn(message, fields)),
    error: (message, fields) => harmless(() => logger.error(message, fields)),
  };
}

/** A full disk, or a value that is no JSON, is no reason for a plugin to fail. */
function harmless(work: () => void): void {
  try {
    work();
  } catch {
    // Best effort is what the contract promises.
  }
}

/** Milliseconds that one clean-up may take. */
const CLEAN_UP_TIMEOUT = 2_000;

/**
 * One life of a plugin, from its start to the last clean-up.
 *
 * @throws what the start failed with, or what the plugin crashed with
 */
async function runOnce(
  plugin: AnyPlugin,
  config: unknown,
  options: RunPluginOptions,
  onReady: (handle: PluginHandle) => void,
): Promise<void> {
  const { logger, stop } = options;
  const end = new AbortController();
  const signal = AbortSignal.any([stop, end.signal]);
  const { context, cleanUps } = createContext(config, options, signal);
  const patience = createPatience(options, signal);
  try {
    const handle = await patience.over(plugin.start(context), "start");
    const rule = brokenRule(handle);
    if (rule !== undefined) throw new Error(`its start() gives no handle of the contract: ${rule}`);
    // Last of all: once the plugin has cleaned up, this ends even one that would not stop.
    cleanUps.unshift(async () => handle[Symbol.asyncDispose]());
    onReady(handle);
    await patience.over(handle.done, "run");
  } finally {
    // Whatever the reason: nothing that this life started may go on into the next one.
    end.abort("ended");
    for (const clean of cleanUps.toReversed()) {
      try {
        await within(CLEAN_UP_TIMEOUT, clean());
      } catch (error) {
        logger.warn(`a clean-up failed: ${messageOf(error)}`);
      }
    }
    patience.end();
  }
}

/** What a handle lacks, in words. */
function brokenRule(handle: unknown): string | undefined {
  const { done, status, [Symbol.asyncDispose]: dispose } = Object(handle) as Partial<PluginHandle>;
  if (typeof handle !== "object" || handle === null) return `it is ${kindOf(handle)}`;
  if (typeof done?.then !== "function") return `\`done\` is ${kindOf(done)}, and must be a promise`;
  if (typeof status !== "function") return `\`status\` is ${kindOf(status)}, and must be a function`;
  if (typeof dispose !== "function") return `\`[Symbol.asyncDispose]\` is ${kindOf(dispose)}, and must be a function`;
  return undefined;
}

interface Patience {
  /** Waits, but not for ever once the plugin is to stop. */
  over<T>(work: Promise<T>, what: string): Promise<T>;
  end(): void;
}

/** The patience with a plugin that is to stop: `stopTimeout`, or until `kill`. */
function createPatience({ stopTimeout, kill }: RunPluginOptions, stop: AbortSignal): Patience {
  const gone = Promise.withResolvers<never>();
  gone.promise.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  let doing = "start";
  const giveUp = (why: string) => (): void => gone.reject(new Error(`it did not stop ${why} (${doing})`));
  const onStop = (): void => {
    timer = setTimeout(giveUp(`within ${stopTimeout / 1000} s`), stopTimeout);
  };
  const onKill = giveUp("before it was killed");
  stop.addEventListener("abort", onStop, { once: true });
  kill.addEventListener("abort", onKill, { once: true });
  if (stop.aborted) onStop();
  if (kill.aborted) onKill();
  return {
    over(work, what) {
      doing = what;
      return Promise.race([work, gone.promise]);
    },
    end() {
      clearTimeout(timer);
      stop.removeEventListener("abort", onStop);
      kill.removeEventListener("abort", onKill);
    },
  };
}

async function within(ms: number, work: void | Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took more than ${ms / 1000} s`)), ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
