import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { tempDir } from "@gastown/test-fixtures";
import type { TestProject } from "vitest/node";
import { packedPackages } from "../../src/packed.ts";
import { dist, packages, repository } from "../../src/workspace.ts";
import { cleanEnvironment } from "./environment.ts";

const run = promisify(execFile);

declare module "vitest" {
  interface ProvidedContext {
    /** An empty project with the packed packages installed. */
    readonly installed: string;
  }
}

/** Installs once for all test files. */
export default async function setup({ provide }: TestProject): Promise<() => void> {
  const dir = tempDir(undefined, "packed-");
  provide("installed", await installPacked(dir.path));
  return dir.remove;
}

/**
 * An empty project with the packed packages in it, installed by npm without a registry: what they need is packed out of
 * `node_modules`. Every path is outside the repository.
 */
async function installPacked(root: string): Promise<string> {
  const project = join(root, "project");
  const others = join(root, "others");
  const env = cleanEnvironment({ npm_config_cache: join(root, "cache"), npm_config_offline: "true" });
  mkdirSync(project);
  mkdirSync(others);
  await run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", others, ...thirdParty()], {
    env,
    cwd: others,
  });
  const tarballs = [
    ...readdirSync(others).map((name) => join(others, name)),
    ...packedPackages().map(({ filename }) => join(dist, filename)),
  ];
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
  await run("npm", ["install", "--no-audit", "--no-fund", ...tarballs], { env, cwd: project });
  return project;
}

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
function thirdParty(): readonly string[] {
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
