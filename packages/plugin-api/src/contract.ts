/** What checks settings: a Standard Schema (standardschema.dev), as valibot, zod and arktype make them. */
export interface ConfigSchema<Config = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Config> | Promise<SchemaResult<Config>>;
    readonly types?: { readonly input: unknown; readonly output: Config } | undefined;
  };
}

type SchemaResult<Config> =
  | { readonly value: Config; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

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
  readonly configSchema?: ConfigSchema<Config>;
  /**
   * Starts. Resolves when the plugin is ready: from then on it misses nothing. When it rejects, the host disposes what
   * `onDispose` was given; a plugin leaves nothing else behind.
   *
   * @throws {NotReadyError} when it may work later: the host tries again
   * @throws the reason of `context.signal` when that is aborted before the plugin is ready
   */
  start(context: PluginContext<Config>): Promise<PluginHandle>;
  /**
   * What speaks against a start here, and what a person should know. Asked before the plugin is enabled, and whenever
   * somebody asks how it is doing, by a process that does not run it: it must be quick, and change nothing.
   */
  preflight?(about: PreflightContext): Preflight | Promise<Preflight>;
}

/** What a preflight is told. */
export interface PreflightContext {
  /** As in `PluginContext`. */
  readonly root: string;
  /** The settings as they stand in the file, unchecked. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The environment of whoever asks. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The process that runs the plugin now, if any does. */
  readonly pid: number | undefined;
}

/** What a preflight finds. */
export interface Preflight {
  /** Why it must not be started, with a `hint` on it if a person can do something. */
  readonly refuse?: Error;
  /** Lines that a person should know. */
  readonly remarks?: readonly string[];
  /** Variables of `env` that it needs, so that it finds the same as in the shell it was enabled in. */
  readonly environment?: NeededVariables;
}

/** Names of variables that a plugin needs from whoever enables it. */
export interface NeededVariables {
  /** A host may write them into the file of a service. */
  readonly plain: readonly string[];
  /** Never to be written anywhere. */
  readonly secret: readonly string[];
  /** What to do instead of a secret variable, in words. */
  readonly instead?: string;
}

/** A plugin, whatever its config: what a host runs. */
export type AnyPlugin = Pick<AutomationPlugin<never>, "name" | "apiVersion" | "start" | "preflight"> & {
  readonly configSchema?: ConfigSchema;
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
   * Hears what the other plugins of the process emit, of this type or, by `*`, of any. Ends with the plugin, or when
   * the function that it returns is called. Hosts that have no events for a plugin lack it.
   */
  on?(type: string, listen: (event: PluginEvent) => void): () => void;
  /**
   * Watches files and directories, there or not yet, by absolute paths: `changed` is told which of them changed, came or
   * went, once for a burst. It survives renames, removal and re-creation, and polls where the system does not tell. Ends
   * with the plugin, or when the function that it returns is called. Hosts without it lack it.
   */
  watchFiles?(paths: readonly string[], changed: (path: string) => void): () => void;
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
  status(): PluginStatus;
  /**
   * Does once, now, what the plugin does: for the watcher, one sweep. Resolves when a run that began after the call is
   * over; calls during a run share the next one. Rejects when the plugin has ended.
   */
  trigger?(): Promise<void>;
}

/** How a plugin is doing, as JSON: `summary` and `remarks` are for people, the rest is the plugin's own. */
export type PluginStatus = Readonly<Record<string, unknown>> & {
  /** What a status shows a person, a line for each: `{ "open convoys": "4" }`. */
  readonly summary?: Readonly<Record<string, string>>;
  /** Lines that a person should know. */
  readonly remarks?: readonly string[];
};

/** The default export of a plugin's module. What is given to the factory wins over the settings. */
export type PluginFactory<Options = never, Config = unknown> = (options?: Options) => AutomationPlugin<Config>;
