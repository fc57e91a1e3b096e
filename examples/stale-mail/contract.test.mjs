// Holds the plugin to the contract, with the test runner that Node has: node --test
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { declare, pluginContract } from "@gastown/plugin-api/contract-suite";
import createStaleMail from "./index.mjs";

const gt = ({ root }, text) => writeFile(join(root, "gt"), `#!/bin/sh\n${text}\n`);
const mend = (scene) => gt(scene, "echo '[]'");

const subject = {
  async setUp() {
    const root = await mkdtemp(join(tmpdir(), "stale-mail-"));
    await mend({ root });
    await chmod(join(root, "gt"), 0o755);
    process.env.PATH = [root, process.env.PATH].join(delimiter);
    const tearDown = () => rm(root, { recursive: true });
    return { plugin: createStaleMail(), root, stateDir: root, settings: { everyMinutes: 0.0005 }, tearDown };
  },
  breakStart: (scene) => gt(scene, "exit 1"),
  mend,
  crash: (scene) => gt(scene, "exit 1"),
};

declare(test, pluginContract(subject));
