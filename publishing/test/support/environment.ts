import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { repository } from "../../src/workspace.ts";

/** The environment of a user: nothing that this repository, its npm or its test runner have set. */
export function cleanEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_|VITEST|TURBO|BD|BEADS|GT|INIT_CWD)/i.test(name),
  );
  // npm would leave a cache of its compiled code among the temporary files.
  return { ...Object.fromEntries(kept), NODE_DISABLE_COMPILE_CACHE: "1", ...more };
}

/** The oldest that the packages promise to run on, the repository's own, and the newest when this was written. */
export const NODES: readonly string[] = ["22.14.0", process.versions.node, "26.10.0"];

const cache = join(repository, "node_modules", ".cache", "nodes");

/**
 * The directory with the `node` of this version, from the npm package that holds it and no script. It is kept for the next run.
 *
 * @throws when it cannot be had: the registry is not reached, or has none for this platform
 */
export async function nodeAt(version: string): Promise<string> {
  if (version === process.versions.node) return dirname(process.execPath);
  const name = `node-${process.platform}-${process.arch}`;
  const kept = join(cache, version);
  const bin = join("node_modules", name, "bin");
  if (!existsSync(join(kept, bin, "node"))) {
    mkdirSync(cache, { recursive: true });
    const fresh = mkdtempSync(join(cache, `${version}-`));
    try {
      const settings = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=0"];
      await promisify(execFile)("npm", ["install", "--prefix", fresh, ...settings, `${name}@${version}`], {
        cwd: fresh,
        env: cleanEnvironment(),
        timeout: 120_000,
      });
      if (!existsSync(kept)) renameSync(fresh, kept);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  }
  return join(kept, bin);
}
