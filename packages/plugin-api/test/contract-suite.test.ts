import { setTimeout as sleep } from "node:timers/promises";
import { tempDir } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { type ContractTest, hostContract, type HostSubject, pluginContract } from "../src/contract-suite.ts";
import type { AnyPlugin, PluginContext, PluginHandle } from "../src/index.ts";

/** Names of the tests that fail. */
async function failures(tests: readonly ContractTest[]): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, skip, run } of tests) {
    if (skip === undefined) await run().catch(() => failed.push(name));
  }
  return failed;
}

const handle = (done: Promise<void>, extra: Partial<PluginHandle> = {}): PluginHandle => ({
  done,
  status: () => ({}),
  [Symbol.asyncDispose]: () => Promise.resolve(),
  ...extra,
});

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });

const scene = (plugin: Partial<AnyPlugin>): Parameters<typeof pluginContract>[0] => ({
  setUp: () => ({
    plugin: { name: "test", apiVersion: 1, start: () => Promise.reject(new Error("none")), ...plugin },
    root: "/",
    stateDir: tempDir(onTestFinished).path,
  }),
});

/** A plugin without a fault: what the others differ from. */
async function start({ signal }: PluginContext<never>): Promise<PluginHandle> {
  signal.throwIfAborted();
  const stop = new AbortController();
  const done = untilAborted(AbortSignal.any([signal, stop.signal]));
  return handle(done, { [Symbol.asyncDispose]: async () => stop.abort() });
}

describe("the tests of a plugin", () => {
  test("find nothing in a good one", async () => {
    expect(await failures(pluginContract(scene({ start })))).toEqual([]);
  });

  test.each<[string, Partial<AnyPlugin>, string]>([
    [
      "is named as it likes",
      { name: "Not So", start },
      "has a name in kebab-case and speaks version 1 of the contract",
    ],
    [
      "starts although it is aborted",
      { start: async () => handle(Promise.resolve()) },
      "aborted before the start: rejects with the reason, and can be disposed",
    ],
    [
      "has a status that is no JSON",
      { start: async (context) => ({ ...(await start(context)), status: () => ({ when: new Date() }) }) },
      "starts, has a status that is JSON, and stops when the signal is aborted",
    ],
    [
      "takes a signal",
      {
        async start(context) {
          const listener = (): void => undefined;
          process.on("SIGHUP", listener);
          const { done, ...rest } = await start(context);
          return { ...rest, done: done.finally(() => process.off("SIGHUP", listener)) };
        },
      },
      "takes no signal, and listens to nothing of the process",
    ],
    [
      "cannot be disposed twice",
      {
        async start(context) {
          const good = await start(context);
          let times = 0;
          return {
            ...good,
            async [Symbol.asyncDispose]() {
              times += 1;
              if (times > 1) throw new Error("twice");
              await good[Symbol.asyncDispose]();
            },
          };
        },
      },
      "is disposed twice at once, and once more, without harm",
    ],
    [
      "can be triggered after its end",
      { start: async (context) => ({ ...(await start(context)), trigger: () => Promise.resolve() }) },
      "triggered after its end, the call rejects",
    ],
  ])("find one that %s", async (_, plugin, name) => {
    expect(await failures(pluginContract(scene(plugin)))).toContain(name);
  });
});

describe("the tests of a host", () => {
  const host = (run: HostSubject["run"]): ContractTest[] =>
    hostContract({ run, makeRoot: () => tempDir(onTestFinished).path });
  const context = (stateDir: string, signal: AbortSignal, cleanUps: (() => unknown)[]): PluginContext<never> => ({
    signal,
    root: stateDir,
    stateDir,
    config: {} as never,
    host: { name: "bad", version: "1" },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    emit: () => undefined,
    onDispose: (clean) => void cleanUps.push(clean),
  });

  test("find one that cleans up in the wrong order, checks no settings, and never tries again", async () => {
    const tests = host(async (plugin, { root, signal }) => {
      const cleanUps: (() => unknown)[] = [];
      try {
        await (
          await plugin.start(context(root, signal, cleanUps))
        ).done;
      } finally {
        for (const clean of cleanUps) await (async () => clean())().catch(() => undefined);
      }
    });
    expect(await failures(tests.filter(({ name }) => name !== "tries again when a plugin is not ready"))).toEqual([
      "gives a whole context",
      "gives the config that the schema makes of the settings",
      "never starts a plugin whose schema refuses the settings",
      "told to stop: aborts, waits for `done`, then cleans up, the last first, each once",
      "told to stop before the start: leaves nothing running",
      "a failed start is cleaned up, the last first, each once",
      "told to stop while it waits for another try: ends",
      "a crash is cleaned up, and then it is started again or told of",
      "a plugin that ends by itself is cleaned up, and the run is over",
    ]);
  });

  test("find one that takes a crash for an end", async () => {
    const tests = host(async (plugin, { root, signal }) => {
      const cleanUps: (() => unknown)[] = [];
      await (await plugin.start(context(root, signal, cleanUps))).done.catch(() => sleep(1));
      for (const clean of cleanUps.toReversed()) await (async () => clean())().catch(() => undefined);
    });
    const crash = tests.filter(({ name }) => name.startsWith("a crash"));
    expect(await failures(crash)).toHaveLength(1);
  });
});
