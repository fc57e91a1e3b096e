import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildTown, installStandIns, type StandIns, tempDir, type Town } from "@gastown/test-fixtures";
import { describe, test } from "vitest";
import { declare, pluginContract, type PluginScene } from "../src/contract-suite.ts";
import createConvoyWatcher, { type PluginFactory } from "../src/index.ts";
import { example } from "./support/example.ts";

interface Scene extends PluginScene {
  readonly tools: StandIns;
  readonly town: Town;
}

describe("the convoy watcher, as any plugin,", () => {
  const tests = pluginContract<Scene>({
    setUp() {
      const dir = tempDir();
      const town = buildTown(join(dir.path, "town"), { rigs: { alpha: { prefix: "al" } } });
      town.startDaemons();
      const tools = installStandIns(join(dir.path, "bin"));
      tools.control.set({ bd: { intervalMs: 50 } });
      town.createConvoy({ tracks: [town.createIssue({ rig: "alpha" })] });
      return {
        plugin: createConvoyWatcher({ bd: tools.bd, gt: tools.gt }),
        root: town.dir,
        stateDir: join(dir.path, "state"),
        settings: { sweep: "30s" },
        tools,
        town,
        tearDown: () => dir.remove(),
      };
    },
    breakStart: ({ tools }) => rmSync(tools.gt),
    mend: ({ tools }) => void installStandIns(tools.bin),
  });
  declare(test, tests);
});

describe("the plugin of the examples", async () => {
  const module = (await import(example("route-watch/index.mjs"))) as { readonly default: PluginFactory };
  const routes = ({ root }: PluginScene): string => join(root, ".beads", "routes.jsonl");
  const write = (scene: PluginScene): void => writeFileSync(routes(scene), '{"prefix":"hq-","path":"."}\n');
  const tests = pluginContract({
    setUp() {
      const dir = tempDir();
      const scene = {
        plugin: module.default(),
        root: dir.path,
        stateDir: join(dir.path, "state"),
        settings: { everySeconds: 0.01 },
        tearDown: () => dir.remove(),
      };
      mkdirSync(join(dir.path, ".beads"));
      write(scene);
      return scene;
    },
    breakStart: (scene) => rmSync(routes(scene)),
    mend: write,
    crash: (scene) => rmSync(routes(scene)),
  });
  declare(test, tests);
});
