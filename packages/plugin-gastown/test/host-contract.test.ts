import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@gastown/convoy-watcher";
import { acceptSettings } from "@gastown/convoy-watcher/host";
import { tempDir } from "@gastown/test-fixtures";
import { describe, onTestFinished, test } from "vitest";
import { declare, hostContract, type HostRun } from "../src/contract-suite.ts";
import { runPlugin } from "../src/host/life.ts";
import type { AnyPlugin, PluginLogger } from "../src/index.ts";
import { example } from "./support/example.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const makeRoot = (): string => tempDir(onTestFinished).path;

describe("our host", () => {
  const tests = hostContract({
    makeRoot,
    patience: 300,
    async run(plugin, { root, settings, signal }) {
      const stateDir = join(root, ".runtime", plugin.name);
      mkdirSync(stateDir, { recursive: true });
      await runPlugin(plugin, {
        root,
        stateDir,
        async config() {
          const result = await plugin.configSchema?.["~standard"].validate(settings);
          return acceptSettings("settings.json", settings, result ?? { value: settings });
        },
        host: { name: "gastown", version: "1.0.0" },
        logger: silent,
        emit: () => undefined,
        clock: systemClock,
        stop: signal,
        kill: new AbortController().signal,
        stopTimeout: 300,
        restart: { base: 20, cap: 100, floor: 20 },
      });
    },
  });
  declare(test, tests);
});

interface ToyHost {
  run(plugin: AnyPlugin, options: HostRun & { readonly logger: PluginLogger }): Promise<void>;
}

describe("a host of twenty lines", () => {
  const run: ToyHost["run"] = async (...given) =>
    ((await import(example("toy-host/toy-host.mjs"))) as ToyHost).run(...given);
  declare(test, hostContract({ makeRoot, run: (plugin, options) => run(plugin, { ...options, logger: silent }) }));
});
