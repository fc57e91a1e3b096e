import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { writeAtomically } from "../src/index.ts";

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
