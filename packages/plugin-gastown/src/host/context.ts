import type { PluginContext, PluginLogger } from "@gastown/plugin-api";
import type { RunPluginOptions } from "./run-plugin.ts";

type CleanUp = () => void | Promise<void>;

/** The context of one life of a plugin, and the clean-ups that it registers. Nothing in it throws. */
export function createContext(
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
