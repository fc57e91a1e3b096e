// No package may need a script of its own at install: they are not run here, and must not have to be.
import { readFileSync } from "node:fs";
import { readJson } from "./workspace.mts";

interface Lock {
  packages: Record<string, { hasInstallScript?: boolean; resolved?: string; link?: boolean }>;
}

const lock = readJson("package-lock.json") as Lock;
const entries = Object.entries(lock.packages);
const faults = [
  ...entries.filter(([, entry]) => entry.hasInstallScript).map(([path]) => `${path} has an install script`),
  ...entries
    .filter(([, entry]) => entry.resolved && !entry.link)
    .map(([path]) => `${path} names the address it was fetched from`),
];
if (!/^ignore-scripts=true$/m.test(readFileSync(".npmrc", "utf8")))
  faults.push(".npmrc does not say ignore-scripts=true");

if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exitCode = 1;
}
