import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { publishedManifest } from "./published-manifest.ts";
import { dist, type Package, repository } from "./workspace.ts";

/**
 * Lays out a package as users get it, beside those it depends on, which must be there already: it is compiled against what they
 * publish, and not against their sources.
 *
 * @throws when it does not compile, or its bundle is not built
 * @returns its directory
 */
export function layOut({ dir, manifest }: Package): string {
  const from = join(repository, "packages", dir);
  const to = join(dist, dir);
  const { files = [] } = manifest;
  const isLibrary = files.includes("src");
  rmSync(to, { recursive: true, force: true });
  for (const file of files.filter((name) => !isLibrary || name !== "dist"))
    cpSync(join(from, file), join(to, file), { recursive: true });
  cpSync(join(from, "README.md"), join(to, "README.md"));
  cpSync(join(repository, "LICENSE"), join(to, "LICENSE"));
  writeFileSync(join(to, "package.json"), `${JSON.stringify(publishedManifest(manifest), undefined, 2)}\n`);
  install(manifest.name, to);
  if (isLibrary) compile(to);
  return to;
}

function install(name: string, to: string): void {
  const link = join(dist, "node_modules", name);
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(relative(dirname(link), to), link);
}

function compile(dir: string): void {
  // Not among `files`, so it is not packed.
  const settings = join(dir, "tsconfig.json");
  writeFileSync(settings, `${JSON.stringify({ extends: "../../tsconfig.library.json" })}\n`);
  execFileSync(join(repository, "node_modules", ".bin", "tsc"), ["-p", settings], { stdio: "inherit" });
}
