import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { AnyPlugin, PluginContext, PluginHandle } from "../contract.ts";
import { NotReadyError } from "../define-plugin.ts";
import { type ContractTest, outcome, soon } from "./tests.ts";

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

const CLEANED = ["dispose 3", "dispose 2", "dispose 1"];

/** A probe at work in a host. */
interface Play extends Probe {
  readonly root: string;
  stop(reason?: unknown): void;
  /** What the run came to. */
  readonly over: Promise<"resolved" | { readonly error: unknown }>;
}

/** What any host must do, whatever plugin it runs. */
export function hostContract(subject: HostSubject): ContractTest[] {
  const test = (
    name: string,
    options: ProbeOptions & { readonly settings?: unknown; readonly aborted?: boolean },
    play: (probe: Play) => Promise<void>,
    skip?: string,
  ): ContractTest => ({
    name,
    ...(skip !== undefined && { skip }),
    async run() {
      const controller = new AbortController();
      const probe = createProbe(options);
      const root = await subject.makeRoot();
      if (options.aborted === true) controller.abort("before the start");
      const run = subject.run(probe.plugin, { root, settings: options.settings ?? {}, signal: controller.signal });
      const over = outcome(run);
      try {
        await play({ ...probe, root, over, stop: (reason = "stop") => controller.abort(reason) });
      } finally {
        controller.abort("the test is over");
        probe.end();
        await soon("end of the host", over);
      }
    },
  });

  return [
    test("gives a whole context", { settings: { a: 1 } }, async ({ started, root }) => {
      const context = await soon("start", started(1));
      assert.equal(context.root, root);
      assert.ok(isAbsolute(context.stateDir) && statSync(context.stateDir).isDirectory());
      assert.ok(existsSync(context.root));
      assert.deepEqual(context.config, { a: 1 });
      assert.equal(context.signal.aborted, false);
      assert.match(context.host.name, /./);
      assert.match(context.host.version, /./);
      const odd: unknown = { big: 1n, self: new Map() };
      context.emit({ type: "probe.odd", payload: odd });
      for (const level of ["debug", "info", "warn", "error"] as const) context.logger[level]("\u001B[31m", { odd });
    }),
    test(
      "gives the config that the schema makes of the settings",
      { settings: { n: 1 }, schema: doubling },
      async (probe) => {
        assert.deepEqual((await soon("start", probe.started(1))).config, { n: 2 });
      },
    ),
    test(
      "never starts a plugin whose schema refuses the settings",
      { settings: { n: "x" }, schema: doubling },
      async (probe) => {
        probe.stop();
        await soon("end", probe.over);
        assert.deepEqual(probe.log, []);
      },
    ),
    test("told to stop: aborts, waits for `done`, then cleans up, the last first, each once", {}, async (probe) => {
      await soon("start", probe.started(1));
      probe.stop("enough");
      assert.equal(await soon("end", probe.over), "resolved");
      assert.deepEqual(probe.log, ["start", "abort", ...CLEANED]);
      assert.ok(probe.contexts[0]?.signal.aborted);
    }),
    test("told to stop before the start: leaves nothing running", { aborted: true }, async (probe) => {
      assert.equal(await soon("end", probe.over), "resolved");
      if (probe.log.length > 0) assert.deepEqual(probe.log.slice(-3), CLEANED);
    }),
    test("a failed start is cleaned up, the last first, each once", { starts: [new Error("no")] }, async (probe) => {
      const next = await soon("another start, or the end", Promise.race([probe.over, probe.started(2)]));
      assert.deepEqual(probe.log.slice(0, 4), ["start", ...CLEANED]);
      assert.notEqual(next, "resolved");
      assert.ok(probe.contexts[0]?.signal.aborted);
    }),
    test(
      "tries again when a plugin is not ready",
      { starts: [new NotReadyError("wait"), new NotReadyError("wait")] },
      async (probe) => {
        await soon("a third start", probe.started(3));
        probe.stop();
        assert.equal(await soon("end", probe.over), "resolved");
        const failed = ["start", ...CLEANED];
        assert.deepEqual(probe.log, [...failed, ...failed, "start", "abort", ...CLEANED]);
      },
    ),
    test(
      "told to stop while it waits for another try: ends",
      { starts: [new NotReadyError("wait")] },
      async (probe) => {
        await soon("start", probe.started(1));
        probe.stop();
        assert.equal(await soon("end", probe.over), "resolved");
      },
    ),
    test("a crash is cleaned up, and then it is started again or told of", {}, async (probe) => {
      await soon("start", probe.started(1));
      const crash = new Error("boom");
      probe.end(crash);
      const next = await soon("another start, or the end", Promise.race([probe.over, probe.started(2)]));
      assert.deepEqual(probe.log.filter((line) => line !== "abort").slice(0, 4), ["start", ...CLEANED]);
      assert.notEqual(next, "resolved");
      if (typeof next === "object" && "error" in next) assert.equal(next.error, crash);
    }),
    test("a plugin that ends by itself is cleaned up, and the run is over", {}, async (probe) => {
      await soon("start", probe.started(1));
      probe.end();
      assert.equal(await soon("end", probe.over), "resolved");
      assert.deepEqual(
        probe.log.filter((line) => line !== "abort"),
        ["start", ...CLEANED],
      );
    }),
    test(
      "a plugin that does not stop is given up",
      { deaf: true },
      async (probe) => {
        await soon("start", probe.started(1));
        probe.stop();
        await soon("end", probe.over, (subject.patience ?? 0) + 15_000);
        assert.deepEqual(probe.log, ["start", ...CLEANED]);
      },
      subject.patience === undefined ? "this host does not say how long it waits" : undefined,
    ),
  ];
}

/** A schema for `{n: number}` that doubles it. */
const doubling: ProbeOptions["schema"] = {
  "~standard": {
    version: 1,
    vendor: "contract-suite",
    validate: (value) => {
      const { n } = value as { readonly n?: unknown };
      return typeof n === "number" ? { value: { n: n * 2 } } : { issues: [{ message: "n is no number" }] };
    },
  },
};

/** A plugin that does as it is told, and writes down what is done to it. */
interface Probe {
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

interface ProbeOptions {
  /** What each start does, the first one first; after the last, all get ready. */
  readonly starts?: readonly Error[];
  readonly schema?: AnyPlugin["configSchema"];
  /** It does not stop when told to. */
  readonly deaf?: boolean;
}

function createProbe({ starts = [], schema, deaf = false }: ProbeOptions = {}): Probe {
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
