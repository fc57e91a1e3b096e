// Holds the host to the contract, with the test runner that Node has: node --test
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { declare, hostContract } from "@gastown/plugin-gastown/contract-suite";
import { run } from "./toy-host.mjs";

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const subject = {
  makeRoot: () => mkdtemp(join(process.env.TOY_ROOT ?? tmpdir(), "toy-host-")),
  run: (plugin, options) => run(plugin, { ...options, logger }),
};

declare(test, hostContract(subject));
