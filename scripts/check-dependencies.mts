// Every dependency has an exact version, and its reason in docs/decisions.
import { readFileSync } from "node:fs";
import { glob } from "zx";
import { packages, readJson } from "./workspace.mts";

type Kind = "dependencies" | "devDependencies" | "optionalDependencies" | "peerDependencies";
type Manifest = Partial<Record<Kind, Record<string, string>>>;
const KINDS: readonly Kind[] = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

const reasons = glob
  .sync("docs/decisions/*.md")
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");
const faults: string[] = [];
for (const file of ["package.json", ...packages().map(({ dir }) => `${dir}/package.json`)]) {
  const manifest = readJson(file) as Manifest;
  for (const [name, version] of KINDS.flatMap((kind) => Object.entries(manifest[kind] ?? {}))) {
    if (name.startsWith("@gastown/")) continue;
    if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version))
      faults.push(`${file}: ${name} has no exact version: ${version}`);
    if (!reasons.includes(`\`${name}\``)) faults.push(`${file}: ${name} has no reason in docs/decisions`);
  }
}

if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exitCode = 1;
}
