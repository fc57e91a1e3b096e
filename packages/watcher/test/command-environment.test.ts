import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { commandEnvironment } from "../src/tools.ts";

function toolIn(dir: string, name: string): string {
  const tool = join(dir, name);
  writeFileSync(tool, `#!/bin/sh\n# ${dir}\n`);
  chmodSync(tool, 0o755);
  return tool;
}

const bdIn = (dir: string): string => toolIn(dir, "bd");

test("gt finds the bd we were told of when PATH has none", () => {
  const dir = tempDir(onTestFinished).path;
  const bd = bdIn(dir);
  expect(commandEnvironment({ PATH: "/nowhere" }, bd)["PATH"]).toBe(`/nowhere:${dir}`);
  expect(commandEnvironment({}, bd)["PATH"]).toBe(dir);
});

test("a bd that is on PATH stays gt's, whatever bd is named for the feed", () => {
  const own = tempDir(onTestFinished).path;
  bdIn(own);
  const other = bdIn(tempDir(onTestFinished).path);
  expect(commandEnvironment({ PATH: own }, other)["PATH"]).toBe(own);
});

test("nothing that leads to another database is handed on", () => {
  const misleading = {
    BEADS_DIR: "a",
    BEADS_DB: "b",
    BD_DB: "c",
    BEADS_DOLT_SERVER_DATABASE: "d",
    BD_JSON_ENVELOPE: "1",
  };
  const env = { PATH: "/nowhere", ...misleading, HOME: "/h" };
  expect(commandEnvironment(env, undefined)).toEqual({ PATH: "/nowhere", HOME: "/h" });
});

test("gt finds itself, whose directory is on no PATH: it sends mail by running itself by name", () => {
  const dir = tempDir(onTestFinished).path;
  const gt = toolIn(dir, "gt");
  expect(commandEnvironment({ PATH: "/nowhere" }, undefined, gt)["PATH"]).toBe(`/nowhere:${dir}`);
  expect(commandEnvironment({ PATH: `/nowhere:${dir}` }, undefined, gt)["PATH"]).toBe(`/nowhere:${dir}`);
});

test("a gt of another kind on PATH does not send the mail of this one", () => {
  const other = tempDir(onTestFinished).path;
  toolIn(other, "gt");
  const bd = bdIn(other);
  const dir = tempDir(onTestFinished).path;
  const gt = toolIn(dir, "gt");
  expect(commandEnvironment({ PATH: other }, bd, gt)["PATH"]).toBe(`${dir}:${other}`);
  bdIn(dir);
  expect(commandEnvironment({ PATH: other }, bd, gt)["PATH"], "but gt's bd stays what it is").toBe(other);
});
