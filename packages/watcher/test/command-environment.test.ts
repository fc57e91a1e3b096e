import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { commandEnvironment } from "../src/command-environment.ts";

function bdIn(dir: string): string {
  const bd = join(dir, "bd");
  writeFileSync(bd, "#!/bin/sh\n");
  chmodSync(bd, 0o755);
  return bd;
}

test("gt finds the bd we were told of when PATH has none", () => {
  const dir = tempDir(onTestFinished).path;
  const bd = bdIn(dir);
  expect(commandEnvironment({ PATH: "/nowhere" }, bd)["PATH"]).toBe(`${dir}:/nowhere`);
  expect(commandEnvironment({}, bd)["PATH"]).toBe(dir);
});

test("a bd that is on PATH stays gt's, whatever bd is named for the feed", () => {
  const own = tempDir(onTestFinished).path;
  bdIn(own);
  const other = bdIn(tempDir(onTestFinished).path);
  expect(commandEnvironment({ PATH: own }, other)["PATH"]).toBe(own);
});

test("nothing that leads to another database is handed on", () => {
  const env = { PATH: "/nowhere", BEADS_DIR: "a", BEADS_DB: "b", BD_JSON_ENVELOPE: "1", HOME: "/h" };
  expect(commandEnvironment(env, undefined)).toEqual({ PATH: "/nowhere", HOME: "/h" });
});
