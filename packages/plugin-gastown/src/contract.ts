import type { StandardSchemaV1 } from "@standard-schema/spec";

/**
 * A plugin: what the default export of its module, a `PluginFactory`, gives. It installs no signal handler, never calls
 * `process.exit`, prints nothing, and does not care about the working directory: all that is the host's.
 */
export interface AutomationPlugin<Config = unknown> {
  /** In kebab-case; the same as `gastown.name` in package.json. */
  readonly name: string;
  /** Version of this contract. A host refuses those it does not know. */
  readonly apiVersion: 1;
  /** Checks the settings before the start, and gives the config. Without one, the config is the settings as they are. */
  readonly configSchema?: StandardSchemaV1<unknown, Config>;
  /**
   * Starts. Resolves when the plugin is ready: from then on it misses nothing. When it rejects, the host disposes what
   * `onDispose` was given; a plugin leaves nothing else behind.
   *
   * @throws {NotReadyError} when it may work later: the host tries again
   * @throws the reason of `context.signal` when that is aborted before the plugin is ready
   */
  start(context: PluginContext<Config>): Promise<PluginHandle>;
}

/** A plugin, whatever its config: what a host runs. */
export type AnyPlugin = Pick<AutomationPlugin<never>, "name" | "apiVersion" | "start"> & {
  readonly configSchema?: StandardSchemaV1;
};

/** What a host gives a plugin. */
export interface PluginContext<Config = unknown> {
  /** Aborted: stop now. `done` of the handle must then settle, within the host's patience (10 s in ours). */
  readonly signal: AbortSignal;
  readonly logger: PluginLogger;
  /** What the plugin is to work on, an absolute path. Our host gives the root of the town. */
  readonly root: string;
  /** A directory of the plugin's own, there already, an absolute path. */
  readonly stateDir: string;
  /** The settings, checked and transformed by `configSchema`. */
  readonly config: Config;
  readonly host: { readonly name: string; readonly version: string };
  /** Tells whoever listens. Best effort: never throws, and never waits. */
  emit(event: PluginEvent): void;
  /**
   * Registers a clean-up of last resort. All run once, the last one first: after `done` has settled, when the start has
   * failed, and when the host's patience is at an end.
   */
  onDispose(clean: () => void | Promise<void>): void;
}

/** Something that others may want to know of. */
export interface PluginEvent {
  /** As in `convoy.closed`: what it is about, a dot, what has happened to it. */
  readonly type: string;
  /** Id of what it is about. */
  readonly subject?: string;
  readonly payload?: unknown;
}

/** Where a plugin says what a person may want to read. Never throws. */
export interface PluginLogger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Facts beside a message; whatever JSON can say. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A started plugin. Disposing it stops it and waits until it has stopped; disposing it again does no harm. */
export interface PluginHandle extends AsyncDisposable {
  /** Settles when the plugin has ended, with nothing left running. A rejection is a crash: the host starts it again. */
  readonly done: Promise<void>;
  /** How it is doing, as JSON. Cheap and synchronous. */
  status(): Readonly<Record<string, unknown>>;
  /**
   * Does once, now, what the plugin does: for the watcher, one sweep. Resolves when a run that began after the call is
   * over; calls during a run share the next one. Rejects when the plugin has ended.
   */
  trigger?(): Promise<void>;
}

/** The default export of a plugin's module. What is given to the factory wins over the settings. */
export type PluginFactory<Options = never, Config = unknown> = (options?: Options) => AutomationPlugin<Config>;
