import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseError } from "@gastown/convoy-core";
import { tempDir } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { beadsDirOf, type Store, storeOf } from "../src/index.ts";

function put(file: string, text: string): void {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
}

const holdBeads = (dir: string): void => put(join(dir, "metadata.json"), "{}");
const dirOf = (town: string, path: string): string => beadsDirOf(town, path).dir;
const storeAt = (dir: string): Store => storeOf({ dir, source: dir }, join(dir, ".."), {});

const fault = (work: () => unknown): DatabaseError => {
  try {
    return expect.fail(`it gave ${JSON.stringify(work())}`);
  } catch (error) {
    return error as DatabaseError;
  }
};

describe("a redirect", () => {
  const dirs = (): string => tempDir(onTestFinished).path;

  test("is relative to the parent of .beads, or else to .beads itself", () => {
    const town = dirs();
    put(join(town, "rig/.beads/redirect"), "mayor/rig/.beads\n");
    expect(dirOf(town, "rig"), "the target is missing").toBe(join(town, "rig/.beads"));
    holdBeads(join(town, "rig/.beads/mayor/rig/.beads"));
    expect(dirOf(town, "rig")).toBe(join(town, "rig/.beads/mayor/rig/.beads"));
    holdBeads(join(town, "rig/mayor/rig/.beads"));
    expect(dirOf(town, "rig")).toBe(join(town, "rig/mayor/rig/.beads"));
  });

  test("may lead to another, have comments, and be absolute within the town", () => {
    const town = dirs();
    put(join(town, "a/.beads/redirect"), "# moved\n\n  ../b/.beads  \n../c/.beads\n");
    put(join(town, "b/.beads/redirect"), `${join(town, "c/.beads")}\n`);
    holdBeads(join(town, "c/.beads"));
    expect(dirOf(town, "a")).toBe(join(town, "c/.beads"));
  });

  test("to itself, in a circle or to a file ends", () => {
    const town = dirs();
    put(join(town, "self/.beads/redirect"), ".beads\n");
    expect(dirOf(town, "self")).toBe(join(town, "self/.beads"));
    put(join(town, "one/.beads/redirect"), "../two/.beads\n");
    put(join(town, "two/.beads/redirect"), "../one/.beads\n");
    expect(dirOf(town, "one")).toMatch(/(one|two)\/\.beads$/);
    put(join(town, "file/.beads/redirect"), "../self/.beads/redirect\n");
    expect(dirOf(town, "file")).toBe(join(town, "file/.beads"));
  });

  test.for(["x".repeat(5_000), "a\0b", "loop"])("that no system can follow (%#) is as one to nowhere", (target) => {
    const town = dirs();
    put(join(town, "rig/.beads/redirect"), `${target}\n`);
    symlinkSync("loop", join(town, "rig/loop"));
    expect(dirOf(town, "rig")).toBe(join(town, "rig/.beads"));
  });

  test("out of the town is followed, as bd follows it", () => {
    const town = join(dirs(), "town");
    const outside = join(town, "../outside/.beads");
    holdBeads(outside);
    for (const target of ["../../outside/.beads", outside]) {
      put(join(town, "rig/.beads/redirect"), `${target}\n`);
      expect(dirOf(town, "rig")).toBe(outside);
    }
  });

  test("that leads to nothing of bd's is passed over, and told", () => {
    const town = dirs();
    put(join(town, "rig/.beads/redirect"), "../gone/.beads\n");
    expect(beadsDirOf(town, "rig").stray).toMatch(/rig\/\.beads leads to .*gone\/\.beads, which is not there$/);
    mkdirSync(join(town, "gone/.beads"), { recursive: true });
    expect(beadsDirOf(town, "rig").stray).toMatch(/gone\/\.beads, which holds no beads database$/);
    holdBeads(join(town, "gone/.beads"));
    expect(beadsDirOf(town, "rig")).toEqual({ dir: join(town, "gone/.beads"), source: join(town, "rig/.beads") });
  });
});

describe("metadata.json", () => {
  const beads = (text?: string): string => {
    const dir = join(tempDir(onTestFinished).path, ".beads");
    mkdirSync(dir);
    if (text !== undefined) writeFileSync(join(dir, "metadata.json"), text);
    return dir;
  };

  test("names the database; else it is beads.db, else whatever database lies there", () => {
    const named = beads('\uFEFF{"database":"issues.db"}');
    expect(storeAt(named)).toMatchObject({ kind: "sqlite", file: join(named, "issues.db") });
    const bare = beads();
    expect(storeAt(bare)).toMatchObject({ kind: "sqlite", file: join(bare, "beads.db") });
    for (const name of ["vc.db", "z.db", "beads.backup-1.db", "bd.db"]) writeFileSync(join(bare, name), "");
    expect(storeAt(bare)).toMatchObject({ kind: "sqlite", file: join(bare, "bd.db") });
    writeFileSync(join(bare, "beads.db"), "");
    expect(storeAt(bare)).toMatchObject({ kind: "sqlite", file: join(bare, "beads.db") });
  });

  test.for(["../other.db", "/etc/passwd", "sub/x.db", "..", "."])(
    "that names a database elsewhere, %s, is refused",
    (database) => {
      expect(fault(() => storeAt(beads(JSON.stringify({ database }))))).toMatchObject({
        fault: "unreadable",
        message: expect.stringContaining("outside"),
      });
    },
  );

  test.for(["", "{", "null", "[]", '"x"', "\0", '{"database":"a.db"'])(
    "that is broken, %j, is a fault: what it said of the store must not be guessed",
    (text) => {
      expect(fault(() => storeAt(beads(text)))).toMatchObject({
        fault: "unreadable",
        message: expect.stringContaining("metadata.json"),
      });
    },
  );

  test("that is there and cannot be read is a fault, too: a pipe, a directory, a link to nowhere, an endless text", () => {
    const makers: ((file: string) => void)[] = [
      (file) => execFileSync("mkfifo", [file]),
      (file) => mkdirSync(file),
      (file) => symlinkSync("nowhere", file),
      (file) => symlinkSync("metadata.json", file),
      (file) => writeFileSync(file, " ".repeat(5_000_000)),
    ];
    for (const make of makers) {
      const dir = beads();
      make(join(dir, "metadata.json"));
      expect(fault(() => storeAt(dir))).toMatchObject({
        fault: "unreadable",
        message: expect.stringContaining("metadata.json"),
      });
    }
  });

  test.for(["postgres", "Dolt", 5, {}])("that names a backend nobody knows, %j, is told as such", (backend) => {
    expect(fault(() => storeAt(beads(JSON.stringify({ backend }))))).toMatchObject({
      fault: "unsupported",
      hint: expect.stringContaining("newer release"),
    });
  });
});
