import { setTimeout as sleep } from "node:timers/promises";
import { tempDir } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { declare, pluginContract, type PluginScene } from "../src/contract-suite.ts";
import { createTestContext } from "../src/contract-suite/plugin.ts";
import { definePlugin, NotReadyError, type PluginContext, type PluginEvent, type RunContext } from "../src/index.ts";

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });

interface Scene extends PluginScene {
  readonly knobs: { broken: boolean; crash: (error: Error) => void };
}

describe("a plugin of one function", () => {
  const tests = pluginContract<Scene>({
    setUp() {
      const knobs: Scene["knobs"] = { broken: false, crash: () => undefined };
      const plugin = definePlugin({
        name: "one-function",
        async run({ signal, ready, setStatus, onTrigger }) {
          if (knobs.broken) throw new NotReadyError("broken");
          const crashed = new Promise<never>((_, reject) => {
            knobs.crash = reject;
          });
          onTrigger(() => sleep(1));
          setStatus({ summary: { state: "well" } });
          ready();
          await Promise.race([untilAborted(signal), crashed]);
        },
      })();
      const { path } = tempDir(onTestFinished);
      return { plugin, root: path, stateDir: path, knobs };
    },
    breakStart: ({ knobs }) => void (knobs.broken = true),
    mend: ({ knobs }) => void (knobs.broken = false),
    crash: ({ knobs }) => knobs.crash(new Error("boom")),
  });
  declare(test, tests);
});

/** Starts `run` as a plugin in a context of the suite, with what a test adds to it. */
async function started(run: (context: RunContext) => Promise<void>, more: Partial<PluginContext<never>> = {}) {
  const plugin = definePlugin({ name: "tried", run })();
  const { path } = tempDir(onTestFinished);
  const host = await createTestContext({ plugin, root: path, stateDir: path });
  return { host, handle: await plugin.start({ ...host.context, ...more }) };
}

test("has the status that it set last", async () => {
  const { handle } = await started(async ({ signal, ready, setStatus }) => {
    setStatus({ n: 1 });
    setStatus({ n: 2, remarks: ["look"] });
    ready();
    await untilAborted(signal);
  });
  expect(handle.status()).toEqual({ n: 2, remarks: ["look"] });
  await handle[Symbol.asyncDispose]();
});

test("triggered ten times while busy, it runs once more; each call ends with a run that began after it", async () => {
  const runs: string[] = [];
  const gates: (() => void)[] = [];
  const { handle } = await started(async ({ signal, ready, onTrigger }) => {
    onTrigger(() => {
      runs.push(`run ${runs.length + 1}`);
      return new Promise<void>((resolve) => gates.push(resolve));
    });
    ready();
    await untilAborted(signal);
  });
  const first = handle.trigger?.();
  while (gates.length < 1) await sleep(0);
  const rest = Promise.all(Array.from({ length: 10 }, async () => handle.trigger?.()));
  gates.shift()?.();
  await first;
  while (gates.length < 1) await sleep(0);
  gates.shift()?.();
  await rest;
  expect(runs).toEqual(["run 1", "run 2"]);
  await handle[Symbol.asyncDispose]();
});

test("a trigger that fails rejects, and the next one runs all the same", async () => {
  let fail = true;
  const { handle } = await started(async ({ signal, ready, onTrigger }) => {
    onTrigger(() => {
      if (fail) throw new Error("no disk");
    });
    ready();
    await untilAborted(signal);
  });
  await expect(handle.trigger?.()).rejects.toThrow("no disk");
  fail = false;
  await expect(handle.trigger?.()).resolves.toBeUndefined();
  await handle[Symbol.asyncDispose]();
});

test("one that ends before it called ready() is told which rule it broke", async () => {
  await expect(started(async () => undefined)).rejects.toThrow(
    "tried ended before it was ready: run() must call ready(), and settle only when the work is over",
  );
});

test("what it throws because it was told to stop is its end, and no crash", async () => {
  const { handle } = await started(async ({ signal, ready }) => {
    ready();
    await sleep(60_000, undefined, { signal });
  });
  await handle[Symbol.asyncDispose]();
  await expect(handle.done).resolves.toBeUndefined();
});

test("hears and tells events through its host, and hears nothing where the host has none", async () => {
  const heard: PluginEvent[] = [];
  const listeners: ((event: PluginEvent) => void)[] = [];
  const run = async ({ signal, ready, on, emit }: RunContext): Promise<void> => {
    const off = on("convoy.landed", (event) => heard.push(event));
    emit({ type: "tried.up" });
    ready();
    await untilAborted(signal);
    off();
  };
  const { host, handle } = await started(run, {
    on: (_, listen) => {
      listeners.push(listen);
      return () => undefined;
    },
  });
  listeners[0]?.({ type: "convoy.landed", subject: "hq-cv-1" });
  expect(heard).toEqual([{ type: "convoy.landed", subject: "hq-cv-1" }]);
  expect(host.events).toEqual([{ type: "tried.up" }]);
  await handle[Symbol.asyncDispose]();
  const deaf = await started(run);
  await deaf.handle[Symbol.asyncDispose]();
});

test("watching files with a host that watches none is an error with words", async () => {
  await expect(started(async ({ watchFiles }) => void watchFiles(["/x"], () => undefined))).rejects.toThrow(
    "contract-suite watches no files for tried",
  );
});
