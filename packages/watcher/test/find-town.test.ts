import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { findTown, TownNotFoundError } from "../src/index.ts";

function place(
  path: string,
  { json = false, beads = true }: { readonly json?: boolean; readonly beads?: boolean } = {},
): string {
  mkdirSync(join(path, json ? "mayor" : "."), { recursive: true });
  if (json) writeFileSync(join(path, "mayor/town.json"), "{}");
  if (beads) mkdirSync(join(path, ".beads"), { recursive: true });
  return path;
}

const dir = (): string => tempDir(onTestFinished).path;

function fault(search: () => string): TownNotFoundError {
  try {
    const found = search();
    throw new Error(`found ${found}`);
  } catch (error) {
    expect(error).toBeInstanceOf(TownNotFoundError);
    return error as TownNotFoundError;
  }
}

describe("the town around the working directory", () => {
  test("is the outermost parent with mayor/town.json", () => {
    const outer = place(join(dir(), "outer"), { json: true });
    const inner = place(join(outer, "rig/inner"), { json: true });
    const cwd = place(join(inner, "deep/er"), { beads: false });
    expect(findTown({ cwd, env: {} })).toBe(outer);
    expect(findTown({ cwd: outer, env: {} })).toBe(outer);
  });

  test("counts for more than the environment", () => {
    const here = place(join(dir(), "here"), { json: true });
    const there = place(join(dir(), "there"));
    expect(findTown({ cwd: here, env: { GT_TOWN_ROOT: there, GT_ROOT: there } })).toBe(here);
  });

  test("is not made by a .beads alone, nor by a directory called town.json", () => {
    const bare = place(join(dir(), "bare"));
    mkdirSync(join(bare, "mayor/town.json"), { recursive: true });
    expect(fault(() => findTown({ cwd: bare, env: {} }))).toMatchObject({
      code: "town-not-found",
      hint: expect.stringContaining("--town"),
    });
  });

  test("is looked for although a parent cannot be looked into", () => {
    const town = place(join(dir(), "town"), { json: true });
    const cwd = place(join(town, "rig"), { beads: false });
    symlinkSync("mayor", join(cwd, "mayor"));
    expect(findTown({ cwd, env: {} })).toBe(town);
  });

  test("that has no .beads is no town", () => {
    const town = place(join(dir(), "town"), { json: true, beads: false });
    expect(fault(() => findTown({ cwd: town, env: {} })).message).toContain("no .beads directory");
  });
});

describe("the environment", () => {
  test("names the town where there is none around: GT_TOWN_ROOT, then GT_ROOT", () => {
    const one = place(join(dir(), "one"));
    const two = place(join(dir(), "two"));
    const cwd = dir();
    expect(findTown({ cwd, env: { GT_TOWN_ROOT: one, GT_ROOT: two } })).toBe(one);
    expect(findTown({ cwd, env: { GT_ROOT: two } })).toBe(two);
    expect(findTown({ cwd, env: { GT_TOWN_ROOT: "", GT_ROOT: two } }), "an empty variable is none").toBe(two);
    expect(fault(() => findTown({ cwd, env: { GT_TOWN_ROOT: "" } })).message).toContain("no Gas Town here");
  });
});

describe("--town", () => {
  test("needs only a .beads, may be relative, and comes back as its real path", () => {
    const cwd = dir();
    const town = place(join(cwd, "town"));
    symlinkSync(town, join(cwd, "link"));
    expect(findTown({ town: "town", cwd, env: { GT_ROOT: "/none" } })).toBe(town);
    expect(findTown({ town: join(cwd, "link"), cwd, env: {} })).toBe(town);
  });

  test("is not overruled by a town around it", () => {
    const outer = place(join(dir(), "outer"), { json: true });
    const inner = place(join(outer, "inner"), { json: true });
    expect(findTown({ town: inner, cwd: inner, env: {} })).toBe(inner);
  });

  test("that leads nowhere is told apart from a file, a directory without .beads, and a loop", () => {
    const cwd = place(join(dir(), "x"), { beads: false });
    writeFileSync(join(cwd, "file"), "");
    mkdirSync(join(cwd, "bare"));
    mkdirSync(join(cwd, "odd"));
    writeFileSync(join(cwd, "odd/.beads"), "");
    symlinkSync("loop", join(cwd, "loop"));
    const messageOf = (town: string): string => fault(() => findTown({ town, cwd, env: {} })).message;
    expect(messageOf("none")).toContain("there is no directory");
    expect(messageOf("file")).toContain("is not a directory");
    expect(messageOf("file/below")).toContain("there is no directory");
    expect(messageOf("bare")).toContain("no .beads");
    expect(messageOf("odd")).toContain("no .beads");
    expect(messageOf("loop")).toContain("cannot be looked into");
    expect(messageOf("a\0b")).toContain("cannot be looked into");
  });
});

test("refuses a part of a town, which has a .beads of its own, and an empty name", () => {
  const root = realpathSync(tempDir(onTestFinished).path);
  mkdirSync(join(root, "mayor"));
  writeFileSync(join(root, "mayor/town.json"), "{}");
  for (const path of [root, join(root, "web")]) mkdirSync(join(path, ".beads"), { recursive: true });
  const web = join(root, "web");
  const partOf = `${web} is a part of the town ${root}`;
  expect(() => findTown({ town: web, cwd: "/", env: {} })).toThrow(partOf);
  expect(() => findTown({ cwd: "/", env: { GT_TOWN_ROOT: web } })).toThrow(partOf);
  expect(() => findTown({ town: "", cwd: web, env: {} })).toThrow("--town is empty");
  expect(findTown({ cwd: web, env: {} })).toBe(root);
});
