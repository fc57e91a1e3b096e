import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { describe, expect, inject, test } from "vitest";
import { packedPackages } from "../src/packed.ts";
import { dist, packages, readManifest, repository } from "../src/workspace.ts";

const project = inject("installed");
const packed = packedPackages();

test("every package that is not private is packed, at one version", () => {
  const published = packages().filter(({ manifest }) => manifest.private !== true);
  expect(packed.map(({ name }) => name).toSorted()).toEqual(published.map(({ manifest }) => manifest.name).toSorted());
  expect(new Set(packed.map(({ version }) => version)).size).toBe(1);
});

test("the command line brings its man page, where npm looks for it", () => {
  const root = join(project, "node_modules/@gastown/convoy-cli");
  const { man } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { man: string[] };
  const [page = ""] = man.map((file) => readFileSync(join(root, file), "utf8"));
  expect(page).toMatch(/^\.TH CONVOY-CLI 1 /);
  for (const command of ["watch", "check", "why", "doctor", "demo"]) expect(page).toContain(`\n.SS ${command}\n`);
});

describe.each(packed)("$name", ({ name, filename, files }) => {
  const root = join(project, "node_modules", name);
  const manifest = readManifest(root);
  const paths = files.map(({ path }) => path);

  test("is clean to publint", async () => {
    const tarball = readFileSync(join(dist, filename));
    const { messages, pkg } = await publint({
      strict: true,
      pack: {
        tarball: tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength),
      },
    });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test("has types that resolve as its code does, by attw", () => {
    const attw = join(repository, "node_modules", ".bin", "attw");
    const run = spawnSync(attw, ["--profile", "esm-only", "--no-color", join(dist, filename)], { encoding: "utf8" });
    expect(run).toMatchObject({ status: 0, stderr: "" });
    // The command line has nothing to import.
    expect(run.stdout.includes("does not contain types")).toBe(name === "@gastown/convoy-cli");
  });

  test("says what it is, under which licence, and on what it runs", () => {
    expect(paths).toEqual(expect.arrayContaining(["LICENSE", "README.md", "package.json"]));
    expect(manifest).toMatchObject({
      license: "MIT",
      type: "module",
      engines: { node: "^22.14.0 || >=23.6.0" },
      description: expect.stringMatching(/./),
      keywords: expect.arrayContaining(["gastown"]),
    });
  });

  test("has nothing that only the repository needs", () => {
    expect(manifest).not.toHaveProperty("scripts");
    expect(manifest).not.toHaveProperty("devDependencies");
    expect(paths.filter((path) => !/^(bin|dist|src)\/|^(LICENSE|README\.md|package\.json)$/.test(path))).toEqual([]);
    expect(paths.filter((path) => /\.test\.|\.tsbuildinfo$|tsconfig/.test(path))).toEqual([]);
    const local = readdirSync(root, { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name), "utf8").includes(repository),
    );
    expect(local.map((entry) => entry.name)).toEqual([]);
  });

  test("depends on what is published or on one version of another package", () => {
    const names = packed.map((one) => one.name);
    for (const [dependency, version] of Object.entries(manifest.dependencies ?? {})) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      if (dependency.startsWith("@gastown/")) expect(names).toContain(dependency);
    }
  });

  test("has a source map for each script, and every source it names", () => {
    // The bundler's own few lines have no source.
    const scripts = paths.filter((path) => /^dist\/(?!rolldown-runtime).*\.js$/.test(path));
    expect(scripts).not.toEqual([]);
    for (const script of scripts) {
      expect(paths).toContain(`${script}.map`);
      const file = join(root, `${script}.map`);
      const map = JSON.parse(readFileSync(file, "utf8")) as { sources: string[]; sourcesContent?: (string | null)[] };
      const lost = map.sources.filter(
        (source, index) =>
          !source.includes("node_modules/") &&
          typeof map.sourcesContent?.[index] !== "string" &&
          !existsSync(join(dirname(file), source)),
      );
      expect(lost).toEqual([]);
    }
  });

  test("ships the licence of every package of others in its bundle", () => {
    const code = paths.filter((path) => path.endsWith(".js")).map((path) => readFileSync(join(root, path), "utf8"));
    const regions = /^\/\/(?:#region)? .*node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//gm;
    const bundled = new Set(code.flatMap((text) => [...text.matchAll(regions)].map(([, one]) => one)));
    if (paths.includes("src/index.ts")) return expect([...bundled]).toEqual([]);
    const notices = readFileSync(join(root, "dist/THIRD-PARTY-LICENSES.txt"), "utf8");
    const named = [...notices.matchAll(/^((?:@[^/\s]+\/)?[^/\s]+) \d+\.\d+\.\d+\S* \(.+\)$/gm)].map(([, one]) => one);
    expect(named).toContain("kysely");
    expect(named.toSorted()).toEqual([...bundled, "rolldown"].toSorted());
  });
});
