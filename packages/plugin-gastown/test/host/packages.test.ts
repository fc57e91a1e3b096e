import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { discover } from "../../src/host/packages.ts";

const GOOD = { keywords: ["gastown-plugin"], gastown: { name: "good", plugin: "./index.js" } };

function install(dir: string, name: string, manifest: unknown): void {
  const at = join(dir, "node_modules", name);
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, "package.json"), typeof manifest === "string" ? manifest : JSON.stringify(manifest));
  writeFileSync(join(at, "index.js"), 'throw new Error("it was loaded");');
}

test("finds plugins by their manifests alone, with and without a scope, here and above", () => {
  const dir = tempDir(onTestFinished).path;
  const deep = join(dir, "a", "b");
  install(dir, "above", { ...GOOD, name: "above", version: "2.0.0", description: "from above" });
  install(deep, "@scope/scoped", {
    ...GOOD,
    name: "@scope/scoped",
    gastown: { name: "scoped", plugin: "dist/x.js", title: "Scoped", description: "for gt", labels: ["a", 1] },
  });
  expect(discover([], [deep])).toEqual([
    {
      name: "good",
      packageName: "above",
      version: "2.0.0",
      description: "from above",
      dir: join(dir, "node_modules", "above"),
      entry: join(dir, "node_modules", "above", "index.js"),
      gt: { title: undefined, description: undefined, labels: [] },
    },
    {
      name: "scoped",
      packageName: "@scope/scoped",
      version: "",
      description: "",
      dir: join(deep, "node_modules", "@scope/scoped"),
      entry: join(deep, "node_modules", "@scope/scoped", "dist", "x.js"),
      gt: { title: "Scoped", description: "for gt", labels: ["a"] },
    },
  ]);
});

test("the nearest of two with one name counts", () => {
  const dir = tempDir(onTestFinished).path;
  install(dir, "far", { ...GOOD, name: "far" });
  install(join(dir, "sub"), "near", { ...GOOD, name: "near" });
  expect(discover([], [join(dir, "sub")]).map(({ packageName }) => packageName)).toEqual(["near"]);
});

test.each([
  ["no keyword", { ...GOOD, keywords: [] }],
  ["keywords that are no list", { ...GOOD, keywords: "gastown-plugin" }],
  ["no key", { keywords: ["gastown-plugin"] }],
  ["a key that is no object", { ...GOOD, gastown: "x" }],
  ["no module", { ...GOOD, gastown: { name: "good" } }],
  ["a name that is no string", { ...GOOD, gastown: { name: 1, plugin: "x" } }],
  ["a name that is a path", { ...GOOD, gastown: { name: "../../etc", plugin: "x" } }],
  ["a name in capitals", { ...GOOD, gastown: { name: "Good", plugin: "x" } }],
  ["a name that is too long", { ...GOOD, gastown: { name: "g".repeat(65), plugin: "x" } }],
  ["no JSON", "{"],
  ["a list", "[]"],
])("passes over a package with %s", (_, manifest) => {
  const dir = tempDir(onTestFinished).path;
  install(dir, "bad", manifest);
  install(dir, "good", GOOD);
  expect(discover([], [dir]).map(({ name }) => name)).toEqual(["good"]);
});
