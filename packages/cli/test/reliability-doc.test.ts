import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const file = join(root, "docs/reliability.md");
const text = readFileSync(file, "utf8");
const MODES = Array.from({ length: 23 }, (_, index) => `FM-${index + 1}`);

/** The failure modes that have a test by their name. */
function tested(): Set<string> {
  const dirs = ["packages/cli/test/e2e/failure-modes", "packages/core/test/failure-modes"].map((dir) =>
    join(root, dir),
  );
  const sources = dirs.flatMap((dir) => readdirSync(dir).map((name) => readFileSync(join(dir, name), "utf8")));
  return new Set(sources.flatMap((source) => [...source.matchAll(/"(FM-\d+): /g)].map(([, mode = ""]) => mode)));
}

test("every failure mode has a row, and tests by its name", () => {
  const rows = [...text.matchAll(/^\| (FM-\d+) \|/gm)].map(([, mode]) => mode);
  expect(rows).toEqual(MODES);
  expect(tested()).toEqual(new Set(MODES));
});
