// Everything that must hold before a change goes in: build, types, tests on Node and on Deno, lint. Ends with the tally.
import { rmSync } from "node:fs";
import { $ } from "zx";
import { tally } from "./tally.mts";
import { packages } from "./workspace.mts";

const turbo = ["turbo", "run", "--continue", "--log-order=grouped"];
const tests = [...turbo, "test", "test:deno", "--concurrency=1"];
const cli = "@gastown/convoy-cli";

/** Commands of one check run at once. */
const checks = {
  "build and types": [[...turbo, "build", "check-types"]],
  // Half of all the time is the command line's: turbo would begin with it last, and one core would have nothing to do at the end.
  tests: [
    [...tests, `--filter=${cli}`],
    [...tests, `--filter=!${cli}`],
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
