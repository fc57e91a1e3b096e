import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf } from "@gastown/convoy-core";
import { readObject } from "@gastown/convoy-watcher/host";
import { createRotatingFile } from "@gastown/host-kit";
import type { PluginEvent, PluginLogger } from "@gastown/plugin-api";
import { HostError } from "./errors.ts";
import type { PluginPaths } from "./paths.ts";

/** An event as others read it: with when, and which plugin told. */
export interface TownEvent extends PluginEvent {
  /** ISO 8601. */
  readonly time: string;
  readonly plugin: string;
}

/** Carries what the plugins of a process emit: to each other, to the town's event log, and to a command of the user's. */
export interface EventBus {
  emit(plugin: string, event: PluginEvent): void;
  /** Hears events of this type, or of any with `*`, until the function that it returns is called. */
  on(type: string, listen: (event: PluginEvent) => void): () => void;
  /** Settles when no run of the user's command is under way. */
  idle(): Promise<void>;
}

/**
 * Nothing that a listener, a file or a value that is no JSON does comes back to the plugin that emits.
 *
 * @throws {HostError} when the town's settings of the host are wrong
 */
export async function createEventBus(
  { town, events, hostSettings }: PluginPaths,
  logger: PluginLogger,
  kill: AbortSignal,
): Promise<EventBus> {
  const command = readEventCommand(hostSettings);
  // Most towns have none: what runs programs is not loaded for them.
  const runner =
    command === undefined
      ? undefined
      : (await import("./on-event.ts")).createEventRunner(command, town, { logger, kill });
  mkdirSync(dirname(events), { recursive: true });
  const file = createRotatingFile({ file: events, keep: 1 });
  const listeners = new Map<string, Set<(event: PluginEvent) => void>>();
  return {
    emit(plugin, { type, subject, payload }) {
      const event: TownEvent = {
        time: new Date().toISOString(),
        plugin,
        type,
        ...(subject !== undefined && { subject }),
        ...(payload !== undefined && { payload }),
      };
      logger.info(`event ${type}`, { subject, payload });
      const line = asLine(event);
      file.append(line);
      runner?.tell(JSON.parse(line) as TownEvent);
      for (const listen of [...(listeners.get(type) ?? []), ...(listeners.get("*") ?? [])]) {
        try {
          listen(event);
        } catch (error) {
          logger.warn(`a listener of ${type} failed: ${messageOf(error)}`);
        }
      }
    },
    on(type, listen) {
      const all = listeners.get(type) ?? new Set();
      listeners.set(type, all.add(listen));
      return () => void all.delete(listen);
    },
    idle: async () => runner?.idle(),
  };
}

/** For `JSON.stringify`, which refuses them. */
export function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function asLine(event: TownEvent): string {
  try {
    return JSON.stringify(event, bigintAsText);
  } catch {
    const { payload: _, ...rest } = event;
    return JSON.stringify({ ...rest, payload: null });
  }
}

/**
 * What `settings/gastown.json` of a town says is to be run for each event: `onEvent`, text for a shell, or a list of
 * program and arguments.
 *
 * @throws {HostError} when it is neither
 */
function readEventCommand(file: string): string | readonly [string, ...string[]] | undefined {
  const given = readObject(file)?.["onEvent"];
  if (given === undefined || (typeof given === "string" && given !== "")) return given;
  if (Array.isArray(given) && given.length > 0 && given.every((word) => typeof word === "string"))
    return given as [string, ...string[]];
  throw new HostError(
    "settings-invalid",
    `${file}: onEvent is ${JSON.stringify(given)}`,
    'allowed: text for a shell, or a list of program and arguments, such as ["notify-send", "town"]',
  );
}
