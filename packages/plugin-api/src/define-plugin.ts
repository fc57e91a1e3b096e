import type {
  AutomationPlugin,
  ConfigSchema,
  PluginContext,
  PluginEvent,
  PluginFactory,
  PluginHandle,
  PluginStatus,
  Preflight,
  PreflightContext,
} from "./contract.ts";

/**
 * The plugin cannot start now, and may be able to later: a host tries again. Hosts know it by its `code`, so a plugin
 * needs nothing of this package to throw one.
 */
export class NotReadyError extends Error {
  override readonly name: string = "NotReadyError";
  readonly code = "not-ready";
  /** What to do about it, in a sentence, if a person can do anything. */
  readonly hint: string | undefined;

  constructor(message: string, options?: ErrorOptions & { readonly hint?: string }) {
    super(message, options);
    this.hint = options?.hint;
  }
}

/** Whether an error says that another try may succeed. */
export function isNotReady(error: unknown): error is Error & { readonly code: "not-ready" } {
  return error instanceof Error && "code" in error && error.code === "not-ready";
}

/** What a plugin is made of. */
export interface PluginDefinition<Config> {
  /** In kebab-case; the same as `gastown.name` in package.json. */
  readonly name: string;
  /** Checks the settings before each start. Without one, the config is the settings as they are. */
  readonly config?: ConfigSchema<Config>;
  /** As in `AutomationPlugin`. */
  readonly preflight?: (about: PreflightContext) => Preflight | Promise<Preflight>;
  /**
   * Works until `signal` is aborted, or until there is nothing more to do: its promise is the plugin's life. It calls
   * `ready` once it misses nothing. A rejection is a crash, and the host starts the plugin again; one with the code
   * `not-ready` (`NotReadyError`) before `ready` says: try again later.
   */
  run(context: RunContext<Config>): Promise<void>;
}

/** The context of a host, and what `definePlugin` adds. `signal` is aborted by the host, or when the handle is disposed. */
export interface RunContext<Config = unknown> extends PluginContext<Config> {
  /** From now on the plugin misses nothing. */
  ready(): void;
  /** What `status` of the handle answers from now on; `summary` and `remarks` are for people. */
  setStatus(status: PluginStatus): void;
  /** What is done when the plugin is triggered, once for all calls that came while it was busy. */
  onTrigger(work: () => void | Promise<void>): void;
  /** As in `PluginContext`; hears nothing with a host that has no events. */
  on(type: string, listen: (event: PluginEvent) => void): () => void;
  /** As in `PluginContext`. @throws {Error} with a host that watches no files */
  watchFiles(paths: readonly string[], changed: (path: string) => void): () => void;
}

/** A plugin of the contract out of one function: the default export of its module. */
export function definePlugin<Config = Readonly<Record<string, unknown>>>({
  name,
  config,
  preflight,
  run,
}: PluginDefinition<Config>): PluginFactory<never, Config> {
  const plugin: AutomationPlugin<Config> = {
    name,
    apiVersion: 1,
    ...(config && { configSchema: config }),
    ...(preflight && { preflight }),
    start: (context) => start(run, name, context),
  };
  return () => plugin;
}

async function start<Config>(
  run: PluginDefinition<Config>["run"],
  name: string,
  context: PluginContext<Config>,
): Promise<PluginHandle> {
  context.signal.throwIfAborted();
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const ready = Promise.withResolvers<void>();
  const trigger = createTrigger();
  let status: PluginStatus = {};
  const done = life(() =>
    run({
      ...context,
      signal,
      ready: ready.resolve,
      setStatus: (next) => void (status = next),
      onTrigger: trigger.does,
      on: (type, listen) => context.on?.(type, listen) ?? (() => undefined),
      watchFiles(paths, changed) {
        if (context.watchFiles === undefined) throw new Error(`${context.host.name} watches no files for ${name}`);
        return context.watchFiles(paths, changed);
      },
    }),
  ).finally(() => trigger.end(new Error(`${name} has ended`)));
  const ended = done.then(() => {
    context.signal.throwIfAborted();
    throw new Error(
      `${name} ended before it was ready: run() must call ready(), and settle only when the work is over`,
    );
  });
  ended.catch(() => undefined);
  await Promise.race([ready.promise, ended]);
  return {
    done,
    status: () => status,
    trigger: trigger.ask,
    async [Symbol.asyncDispose]() {
      stop.abort(new Error(`${name} was disposed`));
      await done.catch(() => undefined);
    },
  };

  /** What a plugin throws because it was told to stop is its end, not a crash. */
  async function life(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

/** Work on demand: one run at a time, and one more for all who asked during it. */
interface Trigger {
  /** Says what is done. */
  does(work: () => void | Promise<void>): void;
  /** Resolves when a run that began after the call is over; rejects when that failed, or the plugin has ended. */
  ask(): Promise<void>;
  /** Rejects what is still waited for, and all that comes. */
  end(reason: Error): void;
}

function createTrigger(): Trigger {
  let work: () => void | Promise<void> = () => undefined;
  let next: Promise<void> | undefined;
  let running: Promise<void> = Promise.resolve();
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => undefined);
  let ended = false;

  const runAfter = async (before: Promise<void>): Promise<void> => {
    await before.catch(() => undefined);
    next = undefined;
    await work();
  };

  return {
    does: (what) => void (work = what),
    ask() {
      if (ended) return over.promise;
      next ??= running = runAfter(running);
      return Promise.race([next, over.promise]);
    },
    end(reason) {
      ended = true;
      over.reject(reason);
    },
  };
}
