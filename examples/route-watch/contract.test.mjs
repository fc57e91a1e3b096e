// Holds the plugin to the contract, with the test runner that Node has: node --test
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { declare, pluginContract } from "@gastown/plugin-api/contract-suite";
import createRouteWatch from "./index.mjs";

const routes = ({ root }) => join(root, ".beads", "routes.jsonl");
const write = (scene) => writeFile(routes(scene), '{"prefix":"hq-","path":"."}\n');

const subject = {
  async setUp() {
    const root = await mkdtemp(join(tmpdir(), "route-watch-"));
    await mkdir(join(root, ".beads"));
    await write({ root });
    const tearDown = () => rm(root, { recursive: true });
    return { plugin: createRouteWatch(), root, stateDir: root, settings: { everySeconds: 0.01 }, tearDown };
  },
  breakStart: (scene) => rm(routes(scene)),
  mend: write,
  crash: (scene) => rm(routes(scene)),
};

declare(test, pluginContract(subject));
