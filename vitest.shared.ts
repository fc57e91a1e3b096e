import { mkdirSync, writeFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import type { Reporter } from "vitest/node";

const report = `.results/${"Deno" in globalThis ? "deno" : "node"}`;

/** Counts the errors that belong to no test: the JSON report leaves them out, and still says success. */
const strayErrors: Reporter = {
  onTestRunEnd: (_modules, errors) => {
    if (errors.length === 0) return;
    mkdirSync(".results", { recursive: true });
    writeFileSync(`${report}.errors`, String(errors.length));
  },
};

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ["default", ["json", { outputFile: `${report}.json` }], strayErrors],
  },
});
