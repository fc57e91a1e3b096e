import { WatcherError } from "@gastown/convoy-core";
import type { AnyPlugin, NeededVariables } from "@gastown/plugin-api";
import { HostError } from "./errors.ts";
import { runningHost } from "./note.ts";
import type { PluginPaths } from "./paths.ts";
import { readSettingsOf } from "./settings.ts";

/** What a plugin itself finds, before it is started or beside it. */
export interface Asked {
  readonly refuse?: Error;
  readonly remarks: readonly string[];
  readonly environment?: NeededVariables;
}

/** Asks a plugin what speaks against it here. A preflight that fails is a reason, too. */
export async function askBefore(
  plugin: AnyPlugin,
  { town, settings, note }: PluginPaths,
  env: NodeJS.ProcessEnv,
): Promise<Asked> {
  try {
    const about = { root: town, settings: readSettingsOf(settings), env, pid: runningHost(note)?.pid };
    const { refuse, remarks = [], environment } = (await plugin.preflight?.(about)) ?? {};
    return {
      ...(refuse !== undefined && { refuse: asFault(plugin, refuse) }),
      remarks: remarks.map(String),
      ...(environment && { environment }),
    };
  } catch (error) {
    return { refuse: asFault(plugin, error), remarks: [] };
  }
}

function asFault({ name }: AnyPlugin, error: unknown): Error {
  if (error instanceof WatcherError) return error;
  const { message, hint, exitCode } = Object(error) as Readonly<Record<string, unknown>>;
  return new HostError(
    "plugin-refuses",
    `the plugin ${name} refuses: ${typeof message === "string" ? message : String(error)}`,
    typeof hint === "string" ? hint : "fix what it says, then enable it again",
    { cause: error, ...(typeof exitCode === "number" && { exitCode }) },
  );
}
