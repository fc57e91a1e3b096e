import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { packedPackages } from "../../src/packed.ts";
import { dist } from "../../src/workspace.ts";
import { cleanEnvironment } from "./clean-environment.ts";
import { thirdParty } from "./third-party.ts";

const run = promisify(execFile);

/**
 * An empty project with the packed packages in it, installed by npm without a registry: what they need is packed out of
 * `node_modules`. Every path is outside the repository.
 */
export async function installPacked(root: string): Promise<string> {
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
