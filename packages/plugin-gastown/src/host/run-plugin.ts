import { backoff, type Backoff, type Clock, messageOf, WatcherError } from "@gastown/convoy-core";
import type { AnyPlugin, PluginContext, PluginEvent, PluginHandle, PluginLogger } from "@gastown/plugin-api";
import { isNotReady } from "@gastown/plugin-api";
import { runOnce } from "./run-once.ts";

/** Between two starts of a plugin that fails: without jitter, since there is one of it. */
export const RESTART_BACKOFF: Backoff = { base: 5_000, cap: 300_000, floor: 5_000 };

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
