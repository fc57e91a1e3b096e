// Adds to package-lock.json the optional packages of other platforms. npm leaves out those that it cannot fetch at the time,
// and then refuses its own lock file in `npm ci`. With --check it only says what is missing.
import { writeFileSync } from "node:fs";
import { argv } from "zx";
import { readJson } from "./workspace.mts";

interface Entry {
  version?: string;
  cpu?: string[];
  os?: string[];
  libc?: string[];
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
}

type Packages = Record<string, Entry>;

const osOf = (name: string): string[] =>
  [/android/, /darwin/, /freebsd/, /linux/, /openharmony/, /win(?:32|dows)/]
    .map((pattern) => pattern.exec(name)?.[0])
    .filter((found) => found !== undefined)
    .map((found) => (found === "windows" ? "win32" : found));

const cpuOf = (name: string): string =>
  /arm64|ia32|ppc64|riscv64|s390x|wasm32|x64|arm/.exec(name.replace("aarch64", "arm64"))?.[0] ??
  (name.endsWith("-64") ? "x64" : "none");

const libcOf = (name: string): string[] => (/musl/.test(name) ? ["musl"] : /gnu|glibc/.test(name) ? ["glibc"] : []);

const platformEntry = (name: string, version: string): Entry => ({
  version,
  cpu: [cpuOf(name)],
  ...(osOf(name).length > 0 && { os: osOf(name) }),
  ...(osOf(name).includes("linux") && libcOf(name).length > 0 && { libc: libcOf(name) }),
  optional: true,
});

/** Where Node would look for `name` from the package at `path`, nearest first. */
const places = (path: string, name: string): string[] => {
  const own = path === "" ? `node_modules/${name}` : `${path}/node_modules/${name}`;
  const parent = path.lastIndexOf("node_modules/");
  return path === "" ? [own] : [own, ...places(path.slice(0, Math.max(0, parent - 1)), name)];
};

const complete = (packages: Packages): string[] => {
  const added: string[] = [];
  for (const [path, entry] of Object.entries(packages))
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const candidates = places(path, name);
      const found = candidates.map((place) => packages[place]).find((candidate) => candidate !== undefined);
      if (found && (found.version === version || !/^\d/.test(version))) continue;
      const place = candidates.findLast((candidate) => !packages[candidate]) ?? `${path}/node_modules/${name}`;
      packages[place] = platformEntry(name, version);
      added.push(place);
    }
  return added;
};

const lock = readJson("package-lock.json") as { packages: Packages };
const added = complete(lock.packages);

if (argv["check"] && added.length > 0) {
  console.error(`package-lock.json lacks packages of other platforms (${added.length}, the first: ${added[0]})`);
  console.error("Hint: npm run lock, and commit it");
  process.exitCode = 1;
} else if (added.length > 0) {
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")));
  writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`added ${added.length} packages of other platforms to package-lock.json`);
}
