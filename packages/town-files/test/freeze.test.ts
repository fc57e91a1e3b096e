import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { freezeOf } from "../src/index.ts";

test("a file in the town or above it freezes the town, until it is gone", () => {
  const root = tempDir(onTestFinished).path;
  const town = join(root, "work/town");
  mkdirSync(town, { recursive: true });
  // A machine whose temporary directory is frozen would not pass; none is.
  expect(freezeOf(town, {})).toBeUndefined();
  for (const dir of [root, join(root, "work"), town]) {
    const file = join(dir, "MIGRATION-FREEZE");
    writeFileSync(file, "");
    expect(freezeOf(town, {})).toEqual({ file, reason: `a migration is under way, says ${file}` });
    rmSync(file);
    expect(freezeOf(town, {})).toBeUndefined();
  }
});

test("who and why are told, as far as the file says it", () => {
  const town = tempDir(onTestFinished).path;
  const file = join(town, "MIGRATION-FREEZE");
  const reasonOf = (text: string): string | undefined => {
    writeFileSync(file, text);
    return freezeOf(town, {})?.reason;
  };
  expect(reasonOf("ann\t2026-09-01T10:00:00Z\tto schema v66\nmore\n")).toBe(
    `a migration is under way (by ann: to schema v66), says ${file}`,
  );
  expect(reasonOf("ann")).toBe(`a migration is under way (by ann), says ${file}`);
  expect(reasonOf(`x\t\t${"y".repeat(1_000)}`)?.length).toBeLessThan(400 + file.length);
});

test("the file that the environment names counts alone, and one that is not there opts out", () => {
  const town = tempDir(onTestFinished).path;
  writeFileSync(join(town, "MIGRATION-FREEZE"), "");
  const elsewhere = join(town, "elsewhere");
  expect(freezeOf(town, { BD_MIGRATION_FREEZE_FILE: elsewhere })).toBeUndefined();
  writeFileSync(elsewhere, "");
  expect(freezeOf(town, { BD_MIGRATION_FREEZE_FILE: elsewhere })).toMatchObject({ file: elsewhere });
  expect(freezeOf(town, { BD_MIGRATION_FREEZE_FILE: "" })).toMatchObject({ file: join(town, "MIGRATION-FREEZE") });
});
