import { messageOf } from "@gastown/convoy-core";
import type { RotatingFile } from "@gastown/host-kit";
import type { PluginEvent, PluginLogger } from "@gastown/plugin-api";

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
}

export interface EventBusOptions {
  readonly file: RotatingFile;
  readonly logger: PluginLogger;
  /** The user's command, told of every event. */
  readonly onEvent?: (event: TownEvent) => void;
  /** ISO 8601. */
  readonly time: () => string;
}

/** Nothing that a listener, a file or a value that is no JSON does comes back to the plugin that emits. */
export function createEventBus({ file, logger, onEvent, time }: EventBusOptions): EventBus {
  const listeners = new Map<string, Set<(event: PluginEvent) => void>>();
  return {
    emit(plugin, { type, subject, payload }) {
      const event: TownEvent = {
        time: time(),
        plugin,
        type,
        ...(subject !== undefined && { subject }),
        ...(payload !== undefined && { payload }),
      };
      logger.info(`event ${event.type}`, { subject, payload });
      const line = asLine(event);
      file.append(line);
      onEvent?.(JSON.parse(line) as TownEvent);
      for (const listen of [...(listeners.get(event.type) ?? []), ...(listeners.get("*") ?? [])]) {
        try {
          listen(event);
        } catch (error) {
          logger.warn(`a listener of ${event.type} failed: ${messageOf(error)}`);
        }
      }
    },
    on(type, listen) {
      const all = listeners.get(type) ?? new Set();
      listeners.set(type, all.add(listen));
      return () => void all.delete(listen);
    },
  };
}

function asLine(event: TownEvent): string {
  try {
    return JSON.stringify(event, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  } catch {
    const { payload: _, ...rest } = event;
    return JSON.stringify({ ...rest, payload: null });
  }
}
