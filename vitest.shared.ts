import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { defineConfig, mergeConfig, type ViteUserConfig } from "vitest/config";
import type { Reporter } from "vitest/node";

const runtime = "Deno" in globalThis ? "deno" : "node";
const report = `.results/${runtime}`;

/** Files that are left out on this runtime, each with its reason; the tally lists them. */
const reasons = `test/left-out-on-${runtime}.json`;
const leftOut = existsSync(reasons) ? Object.keys(JSON.parse(readFileSync(reasons, "utf8")) as object) : [];

/** Counts the errors that belong to no test: the JSON report leaves them out, and still says success. */
const strayErrors: Reporter = {
  onTestRunEnd: (_modules, errors) => {
    if (errors.length === 0) return;
    mkdirSync(".results", { recursive: true });
    writeFileSync(`${report}.errors`, String(errors.length));
  },
};

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: leftOut,
    // Most tests wait for processes and files: with one worker, which is the default on two cores, half of the machine is idle.
    maxWorkers: 2,
    // A worker takes the next file as it is: starting one for each file was a tenth of all the work. Modules begin anew for each file.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ["default", ["json", { outputFile: `${report}.json` }], strayErrors],
  },
});

export default config;

/** For packages whose tests are done in a moment: a second worker takes longer to start than it saves. */
export const oneWorker: ViteUserConfig = mergeConfig(config, { test: { maxWorkers: 1 } });
