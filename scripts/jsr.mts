// Brings name and version in each jsr.json to those of the package.json beside it. With --check it says what differs, and has
// Deno go through all of publishing but the upload: exports, slow types, files.
import { existsSync, writeFileSync } from "node:fs";
import { $, argv } from "zx";
import { packages, readJson } from "./workspace.mts";

interface Named {
  name: string;
  version: string;
}

let failed = false;
for (const { dir } of packages()) {
  const file = `${dir}/jsr.json`;
  if (!existsSync(file)) continue;
  const { name, version } = readJson(`${dir}/package.json`) as Named;
  const jsr = readJson(file) as Named;
  if (argv["check"] !== true) {
    writeFileSync(file, `${JSON.stringify({ ...jsr, name, version }, undefined, 2)}\n`);
    continue;
  }
  if (jsr.name !== name || jsr.version !== version) {
    console.error(`Error: ${file} is of ${jsr.name} ${jsr.version}, package.json beside it of ${name} ${version}`);
    console.error("Hint: node scripts/jsr.mts");
    failed = true;
  }
  const dryRun = $({ cwd: dir, nothrow: true, quiet: true, env: { ...process.env, NO_COLOR: "1" } });
  const { exitCode, stdall } = await dryRun`node ../../scripts/deno.mjs publish --dry-run --allow-dirty`;
  if (exitCode === 0) continue;
  console.error(stdall);
  failed = true;
}
if (failed) process.exitCode = 1;
