import { appendFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { createLineReader } from "../src/line-reader.ts";

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
