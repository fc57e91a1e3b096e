import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packages, repository } from "../../src/workspace.ts";

interface Locked {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/**
 * Directories of all packages of others that the published ones need, as `npm ci` installed them.
 *
 * @throws when two versions of one are needed: a flat list has no place for both
 */
export function thirdParty(): readonly string[] {
  const lock = JSON.parse(readFileSync(join(repository, "package-lock.json"), "utf8")) as {
    packages: Readonly<Record<string, Locked>>;
  };
  const found = new Map<string, string>();
  const add = (from: string, { dependencies, peerDependencies, peerDependenciesMeta }: Locked): void => {
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      if (name.startsWith("@gastown/") || peerDependenciesMeta?.[name]?.optional === true) continue;
      const path = placeOf(name, from, (one) => one in lock.packages);
      const before = found.get(name);
      if (before === path) continue;
      if (before !== undefined) throw new Error(`${name} is needed at ${before} and at ${path}`);
      found.set(name, path);
      add(path, lock.packages[path] ?? {});
    }
  };
  for (const { dir, manifest } of packages()) add(`packages/${dir}`, { dependencies: manifest.dependencies ?? {} });
  const dirs = [...found.values()].map((path) => join(repository, path));
  const missing = dirs.filter((dir) => !existsSync(dir));
  if (missing.length > 0) throw new Error(`not installed: ${missing.join(", ")}`);
  return dirs;
}

/** Where Node finds a package from here. */
function placeOf(name: string, from: string, exists: (path: string) => boolean): string {
  for (let dir = from; ; dir = dir.slice(0, Math.max(0, dir.lastIndexOf("/")))) {
    const path = dir === "" ? `node_modules/${name}` : `${dir}/node_modules/${name}`;
    if (exists(path)) return path;
    if (dir === "") throw new Error(`${name} is not in the lock file`);
  }
}
