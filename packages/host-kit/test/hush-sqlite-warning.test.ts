import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("programs/warnings.ts", import.meta.url));
const warnings = (as: string): string[] =>
  [...spawnSync(process.execPath, [program, as], { encoding: "utf8" }).stderr.matchAll(/^\(node:\d+\) (.*)$/gm)].map(
    ([, text = ""]) => text,
  );

it("leaves out that SQLite is experimental, and no other warning", () => {
  const all = warnings("as it is");
  expect(all).toHaveLength(4);
  expect(all[0]).toContain("SQLite is an experimental feature");
  expect(warnings("hushed")).toEqual(all.slice(1));
});
