import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const repository: string = fileURLToPath(new URL("../..", import.meta.url));

/** Where packages are laid out and packed. */
export const dist: string = fileURLToPath(new URL("../dist", import.meta.url));

/** Of a manifest, what is needed here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly publishConfig?: Readonly<Record<string, string>>;
  readonly private?: boolean;
}

/** A package of the repository that is published. */
export interface Package {
  /** Name of its directory in `packages`. */
  readonly dir: string;
  readonly manifest: Manifest;
}

export function readManifest(dir: string): Manifest {
  return JSON.parse(readFileSync(join(dir, "package.json"), "utf8")) as Manifest;
}

/** All that is published, each after what it depends on. */
export function packages(): readonly Package[] {
  const all = readdirSync(join(repository, "packages"))
    .map((dir) => ({ dir, manifest: readManifest(join(repository, "packages", dir)) }))
    .filter(({ manifest }) => manifest.private !== true);
  const sorted = new Set<Package>();
  const add = (one: Package): void => {
    for (const other of all) if (other.manifest.name in (one.manifest.dependencies ?? {})) add(other);
    sorted.add(one);
  };
  for (const one of all) add(one);
  return [...sorted];
}
