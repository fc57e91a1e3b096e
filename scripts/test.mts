// Everything that must hold before a change goes in: build, types, tests on Node and on Deno, lint. Ends with the tally.
import { rmSync } from "node:fs";
import { $ } from "zx";
import { tally } from "./tally.mts";
import { packages } from "./workspace.mts";

const turboFlags = ["--continue", "--log-order=grouped"];
const checks = {
  "build and types": ["turbo", "run", "build", "check-types", ...turboFlags],
  tests: ["turbo", "run", "test", "test:deno", ...turboFlags],
  lint: ["node", "scripts/lint.mts"],
};

// What an earlier run left must not be counted in this one; turbo brings back the reports of what it finds in its cache.
for (const { dir } of [...packages(), { dir: "." }]) rmSync(`${dir}/.results`, { recursive: true, force: true });

const failed: string[] = [];
for (const [name, command] of Object.entries(checks)) {
  console.log(`\n── ${name}`);
  const { exitCode } = await $({ nothrow: true, stdio: "inherit" })`${command}`;
  if (exitCode !== 0) failed.push(name);
}

console.log("\n── tally");
process.exitCode = tally(failed) ? 0 : 1;
