// Packs every published package as users get it, into dist/ (docs/decisions/0012).
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { dist, type Manifest, type Package, packages, repository } from "./workspace.ts";

type Target = NonNullable<Manifest["exports"]>[string];

rmSync(dist, { recursive: true, force: true });
const dirs = packages().map(layOut);
const packed = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", dist, ...dirs], {
  encoding: "utf8",
  stdio: ["ignore", "pipe", "pipe"],
});
writeFileSync(join(dist, "packed.json"), packed);

/**
 * Lays out a package as users get it, beside those it depends on, which must be there already: it is compiled against what they
 * publish, and not against their sources.
 *
 * @throws when it does not compile, or its bundle is not built
 * @returns its directory
 */
function layOut({ dir, manifest }: Package): string {
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

/** The manifest that users get: without what only the repository needs, and with `src/x.ts` replaced by what is made of it. */
function publishedManifest(input: Manifest): Manifest {
  const { scripts: _, devDependencies: __, private: ___, publishConfig = {}, exports = {}, ...rest } = input;
  const { directory: ____, ...config } = publishConfig;
  return {
    ...rest,
    exports: Object.fromEntries(Object.entries(exports).map(([path, target]) => [path, compiled(target)])),
    publishConfig: config,
  };
}

/** `./src/x.ts` as what tsc makes of it. */
function compiled(target: Target): Target {
  const name = typeof target === "string" ? /^\.\/src\/(.+)\.ts$/.exec(target)?.[1] : undefined;
  return name === undefined ? target : { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` };
}
