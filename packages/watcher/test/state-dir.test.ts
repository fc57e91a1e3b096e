import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { createLineReader, writeAtomically } from "../src/state-dir.ts";

test("writes a file, and puts another in its place", () => {
  const dir = tempDir(onTestFinished).path;
  writeAtomically(join(dir, "file"), "one");
  writeAtomically(join(dir, "file"), "two");
  expect(readFileSync(join(dir, "file"), "utf8")).toBe("two");
  expect(readdirSync(dir)).toEqual(["file"]);
});

test("leaves no draft behind when it fails", () => {
  const dir = tempDir(onTestFinished).path;
  mkdirSync(join(dir, "file"));
  expect(() => writeAtomically(join(dir, "file"), "text")).toThrow(/EISDIR|ENOTEMPTY|EPERM/);
  expect(readdirSync(dir)).toEqual(["file"]);
});

/** A script, as root of a mount namespace of its own. */
const inNamespace = (script: string): ReturnType<typeof spawnSync> =>
  spawnSync("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", script], { encoding: "utf8" });
const namespaces = inNamespace("mount -t tmpfs tmpfs /mnt").status === 0;

test.skipIf(!namespaces)("on a read-only file system the fault is that (left out where nobody may mount)", () => {
  const town = tempDir(onTestFinished).path;
  const program = fileURLToPath(new URL("support/programs/make-state-dir.ts", import.meta.url));
  const run = "Deno" in globalThis ? `${process.execPath} run -A` : process.execPath;
  const script = `mount --bind ${town} ${town} && mount -o remount,bind,ro ${town} && exec ${run} ${program} ${town}`;
  expect(String(inNamespace(script).stdout)).toMatch(/^StateDirError: .*convoy-watcher cannot be written: EROFS/);
});

test("lines come once and in order, also of a file that is put aside, and whole", () => {
  const dir = tempDir(onTestFinished).path;
  const [file, before] = [join(dir, "x.log"), join(dir, "x.log.1")];
  const read = createLineReader(file, before);
  expect(read(), "there is no file").toEqual([]);
  writeFileSync(before, "a\n");
  writeFileSync(file, "b\n\nc");
  expect(read()).toEqual(["a", "b", ""]);
  appendFileSync(file, "c\n");
  expect(read()).toEqual(["cc"]);
  appendFileSync(file, "d\ne\n");
  renameSync(file, before);
  expect(read(), "nobody has begun a new one").toEqual([]);
  writeFileSync(file, "f\n");
  expect(read()).toEqual(["d", "e", "f"]);
  expect(read()).toEqual([]);
});

test("what cannot be read has no lines", () => {
  const dir = tempDir(onTestFinished).path;
  mkdirSync(join(dir, "x.log"));
  expect(createLineReader(join(dir, "x.log"), join(dir, "x.log.1"))()).toEqual([]);
});
