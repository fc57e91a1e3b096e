import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir, waitFor } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { watchFiles } from "../../src/host/watch-files.ts";

/** Watches paths, and counts what it is told of each. */
function watching(...paths: readonly string[]) {
  const told = new Map<string, number>();
  const warnings: string[] = [];
  const off = watchFiles(paths, (path) => void told.set(path, (told.get(path) ?? 0) + 1), {
    warn: (message) => void warnings.push(message),
  });
  onTestFinished(off);
  const again = async (path: string, change: () => void): Promise<void> => {
    const before = told.get(path) ?? 0;
    change();
    await waitFor(`news of ${path}`, () => (told.get(path) ?? 0) > before);
  };
  return {
    told,
    warnings,
    off,
    again,
    ready: () => waitFor("the first look", () => paths.every((path) => told.has(path))),
  };
}

test("a file that is written, renamed over, removed and made again, and one that is not there yet", async () => {
  const dir = tempDir(onTestFinished).path;
  const [file, later] = [join(dir, "a.txt"), join(dir, "later.txt")];
  writeFileSync(file, "1");
  const { again, ready, warnings } = watching(file, later);
  await ready();
  await again(file, () => writeFileSync(file, "2"));
  await again(file, () => {
    writeFileSync(join(dir, "draft"), "3");
    renameSync(join(dir, "draft"), file);
  });
  await again(file, () => rmSync(file));
  await again(file, () => writeFileSync(file, "4"));
  await again(later, () => writeFileSync(later, "1"));
  expect(warnings).toEqual([]);
});

test("a directory: what comes and goes in it", async () => {
  const dir = join(tempDir(onTestFinished).path, "plans");
  mkdirSync(dir);
  const { again, ready } = watching(dir);
  await ready();
  await again(join(dir, "new"), () => writeFileSync(join(dir, "new"), "1"));
});

test("nothing is told after its end, and a listener that fails ends nothing", async () => {
  const dir = tempDir(onTestFinished).path;
  const [file, other] = [join(dir, "a"), join(dir, "b")];
  let failures = 0;
  const warnings: string[] = [];
  const off = watchFiles(
    [file],
    () => {
      failures += 1;
      throw new Error("no");
    },
    { warn: (message) => void warnings.push(message) },
  );
  await waitFor("the first look", () => failures > 0);
  expect(warnings).toEqual([`what a change of ${file} led to failed: no`]);
  off();
  const { again, ready } = watching(file, other);
  await ready();
  const before = failures;
  await again(file, () => writeFileSync(file, "2"));
  await again(other, () => writeFileSync(other, "2"));
  expect(failures).toBe(before);
});
