import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dist, packages, readManifest } from "../src/workspace.ts";

/** The names that a declaration file exports, from its export lists and its own declarations. */
function exportedNames(declarations: string): readonly string[] {
  const lists = [...declarations.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = ""]) =>
    list.split(","),
  );
  const listed = lists.map((name) =>
    name
      .trim()
      .replace(/^type /, "")
      .replace(/^.* as /, ""),
  );
  const declared = [
    ...declarations.matchAll(/^export (?:declare )?(?:abstract )?(?:const|function|class|interface|type) (\w+)/gm),
  ];
  const unnamed = /^export default /m.test(declarations) ? ["default"] : [];
  return [...listed, ...declared.map(([, name = ""]) => name), ...unnamed].filter((name) => name !== "").toSorted();
}

test("every package exports what is recorded here, so that no export comes or goes by accident", async () => {
  const exported: Record<string, readonly string[]> = {};
  for (const { dir, manifest } of packages()) {
    for (const [entry, target] of Object.entries(readManifest(join(dist, dir)).exports ?? {})) {
      if (typeof target === "string" || target["types"] === undefined) continue;
      const names = exportedNames(readFileSync(join(dist, dir, target["types"]), "utf8"));
      expect(names, `${manifest.name} ${entry}`).not.toEqual([]);
      exported[join(manifest.name, entry)] = names;
    }
  }
  await expect(`${JSON.stringify(exported, null, 2)}\n`).toMatchFileSnapshot("exports.json");
});
