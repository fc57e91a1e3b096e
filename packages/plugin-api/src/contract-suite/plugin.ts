import assert from "node:assert/strict";
import type { AnyPlugin, PluginContext, PluginEvent, PluginHandle } from "../contract.ts";
import { type ContractTest, outcome, soon } from "./tests.ts";

/** A plugin under test, with something to work on. */
export interface PluginScene {
  readonly plugin: AnyPlugin;
  /** What it is to work on. */
  readonly root: string;
  /** An empty directory. */
  readonly stateDir: string;
  readonly settings?: unknown;
  readonly tearDown?: () => void | Promise<void>;
}

/** How to get a plugin to be tested. What a plugin cannot be made to do is left out, and its test says so. */
export interface PluginSubject<S extends PluginScene = PluginScene> {
  /** Makes a new scene; called once for each test. */
  setUp(): S | Promise<S>;
  /** Makes the next start fail. */
  breakStart?(scene: S): void | Promise<void>;
  /** Takes back what `breakStart` did. */
  mend?(scene: S): void | Promise<void>;
  /** Makes a running plugin crash. */
  crash?(scene: S): void | Promise<void>;
}

const NOT_ITS_OWN = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR2", "exit", "uncaughtException", "unhandledRejection"];

/** What any plugin must do, whatever host runs it. */
export function pluginContract<S extends PluginScene>(subject: PluginSubject<S>): ContractTest[] {
  const inScene = (
    name: string,
    play: (scene: S, host: TestContext) => Promise<void>,
    skip?: string,
  ): ContractTest => ({
    name,
    ...(skip !== undefined && { skip }),
    async run() {
      const scene = await subject.setUp();
      const host = await createTestContext(scene);
      try {
        await play(scene, host);
      } finally {
        host.abort("the test is over");
        await host.dispose();
        await scene.tearDown?.();
      }
    },
  });

  return [
    inScene("has a name in kebab-case and speaks version 1 of the contract", async ({ plugin }) => {
      assert.match(plugin.name, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      assert.equal(plugin.apiVersion, 1);
    }),
    inScene("starts, has a status that is JSON, and stops when the signal is aborted", async (scene, host) => {
      const handle = await startIn(scene, host);
      const status = handle.status();
      assert.deepEqual(JSON.parse(JSON.stringify(status)), status);
      host.abort("stop");
      assert.equal(await soon("done", outcome(handle.done)), "resolved");
      assert.equal(typeof handle.status(), "object");
    }),
    inScene("aborted before the start: rejects with the reason, and can be disposed", async ({ plugin }, host) => {
      const reason = new Error("too late");
      host.abort(reason);
      assert.deepEqual(await soon("start", outcome(plugin.start(host.context))), { error: reason });
      await soon("clean-up", host.dispose());
    }),
    inScene("aborted during the start: rejects with the reason, or has ended", async ({ plugin }, host) => {
      const reason = new Error("changed my mind");
      const starting = plugin.start(host.context);
      host.abort(reason);
      const result = await soon("start", outcome(starting.then(({ done }) => done)));
      if (result !== "resolved") assert.equal(result.error, reason);
    }),
    inScene("can be started again after it has stopped", async (scene, host) => {
      await (await startIn(scene, host))[Symbol.asyncDispose]();
      await host.dispose();
      const again = await startIn(scene, await createTestContext(scene));
      await soon("dispose", again[Symbol.asyncDispose]());
      assert.equal(await soon("done", outcome(again.done)), "resolved");
    }),
    inScene("is disposed twice at once, and once more, without harm", async (scene, host) => {
      const handle = await startIn(scene, host);
      const dispose = (): PromiseLike<void> => handle[Symbol.asyncDispose]();
      await soon("two disposals", Promise.all([dispose(), dispose()]));
      assert.equal(await soon("done", outcome(handle.done)), "resolved");
      await soon("a third disposal", dispose());
      await soon("clean-up", host.dispose());
    }),
    inScene("takes no signal, and listens to nothing of the process", async (scene, host) => {
      const listeners = (): number[] => NOT_ITS_OWN.map((name) => process.listenerCount(name));
      const before = listeners();
      const handle = await startIn(scene, host);
      assert.deepEqual(listeners(), before);
      await handle[Symbol.asyncDispose]();
    }),
    inScene(
      "a failed start rejects, leaves nothing in the way of the next one, and can be disposed",
      async (scene, host) => {
        await subject.breakStart?.(scene);
        assert.notEqual(await soon("start", outcome(scene.plugin.start(host.context))), "resolved");
        await soon("clean-up", host.dispose());
        await subject.mend?.(scene);
        const next = await createTestContext(scene);
        const handle = await startIn(scene, next);
        await handle[Symbol.asyncDispose]();
        await next.dispose();
      },
      subject.breakStart === undefined ? "nothing is known that makes its start fail" : undefined,
    ),
    inScene(
      "a crash rejects `done`, and can be disposed",
      async (scene, host) => {
        const handle = await startIn(scene, host);
        await subject.crash?.(scene);
        assert.notEqual(await soon("done", outcome(handle.done)), "resolved");
        await soon("dispose", outcome(handle[Symbol.asyncDispose]()));
        assert.equal(typeof handle.status(), "object");
      },
      subject.crash === undefined ? "nothing is known that makes it crash" : undefined,
    ),
    inScene("triggered while busy, every call ends", async (scene, host) => {
      const handle = await startIn(scene, host);
      const calls = Array.from({ length: 10 }, async () => handle.trigger?.());
      await soon("ten calls at once", Promise.all(calls));
      await soon("a call when they are over", handle.trigger?.());
      await handle[Symbol.asyncDispose]();
    }),
    inScene("triggered while it is being stopped, the call ends", async (scene, host) => {
      const handle = await startIn(scene, host);
      const call = outcome(handle.trigger?.());
      host.abort("stop");
      await soon("the call", call);
      assert.equal(await soon("done", outcome(handle.done)), "resolved");
    }),
    inScene("triggered after its end, the call rejects", async (scene, host) => {
      const handle = await startIn(scene, host);
      await handle[Symbol.asyncDispose]();
      if (handle.trigger === undefined) return;
      assert.notEqual(await soon("the call", outcome(handle.trigger())), "resolved");
    }),
  ];
}

/** A context as a host would give it, and what came of it. */
export interface TestContext {
  readonly context: PluginContext<never>;
  readonly events: PluginEvent[];
  abort(reason: unknown): void;
  /** Runs what was given to `onDispose`, as a host does. */
  dispose(): Promise<void>;
}

export async function createTestContext({ plugin, root, stateDir, settings = {} }: PluginScene): Promise<TestContext> {
  const stop = new AbortController();
  const events: PluginEvent[] = [];
  const cleanUps: (() => void | Promise<void>)[] = [];
  const checked = await plugin.configSchema?.["~standard"].validate(settings);
  if (checked?.issues) throw new Error(`the settings of the scene are refused: ${checked.issues[0]?.message}`);
  const ignore = (): void => undefined;
  return {
    events,
    abort: (reason) => stop.abort(reason),
    async dispose() {
      for (const clean of cleanUps.splice(0).toReversed()) await clean();
    },
    context: {
      signal: stop.signal,
      root,
      stateDir,
      config: (checked === undefined ? settings : checked.value) as never,
      host: { name: "contract-suite", version: "1.0.0" },
      logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      emit: (event) => void events.push(event),
      onDispose: (clean) => void cleanUps.push(clean),
    },
  };
}

/** Starts the plugin of a scene, and fails when it takes too long. */
function startIn({ plugin }: PluginScene, { context }: TestContext): Promise<PluginHandle> {
  return soon("start", plugin.start(context));
}
