import type { AnyPlugin, PluginContext, PluginHandle } from "../contract.ts";

/** One run of a plugin by a host under test. */
export interface HostRun {
  /** An absolute path. */
  readonly root: string;
  /** What the plugin's `configSchema` is asked about. */
  readonly settings: unknown;
  /** Aborted: stop. */
  readonly signal: AbortSignal;
}

/** A host under test. It must try again soon (within a second) where it does so at all. */
export interface HostSubject {
  /** Runs a plugin until the signal is aborted or the plugin has ended; resolves when nothing of it is left. */
  run(plugin: AnyPlugin, run: HostRun): Promise<void>;
  /** A directory to be the root; called once for each test. */
  makeRoot(): string | Promise<string>;
  /** Milliseconds after which the host gives up on a plugin that does not stop; without it that is not tested. */
  readonly patience?: number;
}

/** A plugin that does as it is told, and writes down what is done to it. */
export interface Probe {
  readonly plugin: AnyPlugin;
  /** In the order in which it happened: `start`, `dispose 2`, `dispose 1`, … */
  readonly log: string[];
  /** Contexts of all starts so far. */
  readonly contexts: PluginContext<never>[];
  /** Resolves with the nth start's context, from 1. */
  started(nth: number): Promise<PluginContext<never>>;
  /** Ends the running life, or crashes it. */
  end(error?: Error): void;
}

export interface ProbeOptions {
  /** What each start does, the first one first; after the last, all get ready. */
  readonly starts?: readonly Error[];
  readonly schema?: AnyPlugin["configSchema"];
  /** It does not stop when told to. */
  readonly deaf?: boolean;
}

export function createProbe({ starts = [], schema, deaf = false }: ProbeOptions = {}): Probe {
  const log: string[] = [];
  const contexts: PluginContext<never>[] = [];
  const waiters = new Map<number, PromiseWithResolvers<PluginContext<never>>>();
  const waiter = (nth: number): PromiseWithResolvers<PluginContext<never>> => {
    const known = waiters.get(nth) ?? Promise.withResolvers<PluginContext<never>>();
    waiters.set(nth, known);
    return known;
  };
  let life = Promise.withResolvers<void>();

  const handle = (own: typeof life): PluginHandle => ({
    done: own.promise,
    status: () => ({ log: log.length }),
    async [Symbol.asyncDispose]() {
      if (!deaf) own.resolve();
      await own.promise.catch(() => undefined);
    },
  });

  return {
    log,
    contexts,
    started: (nth) => waiter(nth).promise,
    end: (error) => (error === undefined ? life.resolve() : life.reject(error)),
    plugin: {
      name: "probe",
      apiVersion: 1,
      ...(schema && { configSchema: schema }),
      async start(context) {
        log.push("start");
        contexts.push(context);
        context.onDispose(() => void log.push("dispose 1"));
        context.onDispose(() => {
          log.push("dispose 2");
          throw new Error("a clean-up that fails");
        });
        context.onDispose(async () => void log.push("dispose 3"));
        const own = (life = Promise.withResolvers<void>());
        waiter(contexts.length).resolve(context);
        const fault = starts[contexts.length - 1];
        if (fault !== undefined) throw fault;
        const stop = (): void => {
          log.push("abort");
          own.resolve();
        };
        if (!deaf) context.signal.addEventListener("abort", stop, { once: true });
        if (context.signal.aborted && !deaf) stop();
        return handle(own);
      },
    },
  };
}
