// Everything that must hold before a change goes in: build, types, tests on Node and on Deno, lint. Ends with the tally.
import { rmSync } from "node:fs";
import { $ } from "zx";
import { tally } from "./tally.mts";
import { packages } from "./workspace.mts";

const turbo = ["turbo", "run", "--continue", "--log-order=grouped"];
const tests = [...turbo, "test", "test:deno", "--concurrency=1"];
/** Whose tests take half of all the time. */
const long = ["@gastown/convoy-cli", "@gastown/plugin-gastown", "@gastown/publishing"];

/** Commands of one check run at once. */
const checks = {
  "build and types": [[...turbo, "build", "check-types"]],
  // Two halves side by side: turbo by itself begins with the longest last, and one core would have nothing to do at the end.
  tests: [
    [...tests, ...long.map((name) => `--filter=${name}`)],
    [...tests, ...long.map((name) => `--filter=!${name}`)],
  ],
  lint: [["node", "scripts/lint.mts"]],
};

// What an earlier run left must not be counted in this one; turbo brings back the reports of what it finds in its cache.
for (const { dir } of [...packages(), { dir: "." }]) rmSync(`${dir}/.results`, { recursive: true, force: true });

const failed: string[] = [];
for (const [name, commands] of Object.entries(checks)) {
  console.log(`\n── ${name}`);
  const ended = await Promise.all(commands.map((command) => $({ nothrow: true, stdio: "inherit" })`${command}`));
  if (ended.some(({ exitCode }) => exitCode !== 0)) failed.push(name);
}

console.log("\n── tally");
process.exitCode = tally(failed) ? 0 : 1;
