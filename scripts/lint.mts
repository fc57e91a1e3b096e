// Every check that reads the source without running it. Prints what fails only.
import { $, argv } from "zx";
import { packages } from "./workspace.mts";

/** Of all that is tested on Deno. */
const sources = packages().flatMap(({ dir, manifest }) => (manifest.scripts?.["test:deno"] ? [`${dir}/src`] : []));

const checks = {
  oxlint: "oxlint".split(" "),
  "oxfmt (npm run format)": "oxfmt --check".split(" "),
  types: "turbo run check-types".split(" "),
  "unused files, exports, dependencies": "knip".split(" "),
  "types on Deno": ["node", "scripts/deno.mjs", "check", "--quiet", ...sources],
  "package boundaries": "turbo boundaries".split(" "),
  "JSR (versions, dry run)": "node scripts/jsr.mts --check".split(" "),
  "lock file": "node scripts/complete-lock.mts --check".split(" "),
  "rules of the repository": "node scripts/rules.mts".split(" "),
};

const only = argv._[0] ?? "";
for (const [name, command] of Object.entries(checks).filter(([key]) => key.startsWith(only))) {
  const { exitCode, stdall } = await $({ nothrow: true, quiet: true })`${command}`;
  console.log(`${exitCode === 0 ? "ok    " : "FAILED"} ${name}`);
  if (exitCode === 0) continue;
  console.error(stdall);
  process.exitCode = 1;
}
