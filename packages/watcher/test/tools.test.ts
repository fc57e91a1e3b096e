import { chmodSync, mkdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { shellProgram, tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { commandEnvironment, fileIdentity, findTool } from "../src/tools.ts";

function directories(...names: string[]): string[] {
  const { path } = tempDir(onTestFinished);
  return names.map((name) => {
    mkdirSync(join(path, name));
    return join(path, name);
  });
}

test("a tool is the first of its name on PATH", () => {
  const [one = "", two = "", three = ""] = directories("one", "two", "three");
  const second = shellProgram(two, "gt", "true");
  shellProgram(three, "gt", "true");
  expect(findTool("gt", undefined, [one, two, three].join(":"), "/")).toBe(second);
  expect(findTool("bd", undefined, [one, two, three].join(":"), "/")).toBeUndefined();
  expect(findTool("gt", undefined, undefined, "/")).toBeUndefined();
  expect(findTool("gt", undefined, "", two), "an empty PATH is not the working directory").toBeUndefined();
});

test("relative and empty entries of PATH are ignored: a rig must not slip in a gt of its own", () => {
  const [one = "", two = ""] = directories("one", "two");
  shellProgram(one, "gt", "true");
  const real = shellProgram(two, "gt", "true");
  expect(findTool("gt", undefined, `.::./one:../one/:${two}`, one)).toBe(real);
});

test("what cannot be run is passed over: directories, files without the x bit, links that lead nowhere", () => {
  const [one = "", two = "", three = "", four = ""] = directories("one", "two", "three", "four");
  mkdirSync(join(one, "gt"));
  writeFileSync(join(two, "gt"), "#!/bin/sh\n", { mode: 0o644 });
  symlinkSync("nowhere", join(three, "gt"));
  const real = shellProgram(four, "gt", "true");
  expect(findTool("gt", undefined, [one, two, three, four].join(":"), "/")).toBe(real);
});

test("a path that is given is taken as it is, or not at all", () => {
  const [one = "", two = ""] = directories("one", "two");
  const given = shellProgram(one, "other-name", "true");
  shellProgram(two, "gt", "true");
  expect(findTool("gt", "other-name", two, one)).toBe(given);
  expect(findTool("gt", given, two, "/")).toBe(given);
  expect(findTool("gt", "missing", two, one), "no falling back to PATH").toBeUndefined();
  expect(findTool("gt", "", two, one)).toBeUndefined();
});

test("the identity of a program changes when it is replaced, rewritten or removed, and not otherwise", () => {
  const [dir = ""] = directories("bin");
  const program = shellProgram(dir, "gt", "true");
  const seen = [fileIdentity(program)];
  expect(fileIdentity(program)).toBe(seen[0]);
  writeFileSync(program, "#!/bin/sh\nfalse\n");
  seen.push(fileIdentity(program));
  renameSync(shellProgram(dir, "newer", "false"), program);
  chmodSync(program, 0o755);
  seen.push(fileIdentity(program));
  utimesSync(program, 1, 1);
  seen.push(fileIdentity(program));
  renameSync(program, `${program}.old`);
  seen.push(fileIdentity(program));
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.at(-1)).toBe("missing");
});

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
