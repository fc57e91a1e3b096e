import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseError } from "@gastown/convoy-core";
import { buildTown, tempDir, type Town } from "@gastown/test-fixtures";
import { beadsDirOf, storeOf } from "@gastown/town-files";
import { describe, expect, onTestFinished, test } from "vitest";
import { openStore, statesOf } from "./support/store.ts";
import { freshTown } from "./support/watching.ts";

async function stateOf(town: Town, issue: string): Promise<string> {
  town.createIssue({ id: issue });
  town.close(issue);
  const convoy = town.createConvoy({ tracks: [issue] });
  const { store, faults } = openStore(town.dir);
  const state = (await statesOf(store, convoy))[convoy]?.[0] ?? "";
  return state === "unknown" ? `${state}: ${[...faults.values()][0]?.message}` : state;
}

function put(file: string, text: string): void {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
}

const fault = (work: () => unknown): DatabaseError => {
  try {
    return expect.fail(`it gave ${JSON.stringify(work())}`);
  } catch (error) {
    return error as DatabaseError;
  }
};

describe("a route", () => {
  test.for([
    ["the town itself", "hq-a", {}],
    ["a rig", "al-a", { prefix: "al" }],
    ["a rig's mayor", "al-a", { prefix: "al", path: "alpha/mayor/rig" }],
    ["a rig with gt's redirect", "al-a", { prefix: "al", redirect: true }],
    ["a rig with a redirect to elsewhere in the town", "al-a", { prefix: "al", redirect: "../stores/alpha/.beads" }],
    ["a rig with a prefix of several words", "my-app-a", { prefix: "my-app" }],
    ["a rig whose database has another name", "al-a", { prefix: "al", database: "issues.db" }],
  ] as const)("leads to %s", async ([, issue, rig]) => {
    const town = freshTown({ rigs: "prefix" in rig ? { alpha: rig } : {} });
    expect(await stateOf(town, issue)).toBe("done");
  });

  test("that is not there, or leads out of the town, leads nowhere; its neighbours do", async () => {
    const town = freshTown();
    const rejected: unknown[] = [];
    const routes = join(town.dir, ".beads/routes.jsonl");
    writeFileSync(
      routes,
      `# a comment\n\n{"prefix":"up-","path":"../elsewhere"}\nnot json\n{"prefix":"","path":"x"}\n${readFileSync(routes, "utf8")}{"prefix":"abs-","path":"/etc"}\n{"prefix":"cut-","pa`,
    );
    town.createIssue({ id: "al-a" });
    town.close("al-a");
    const convoy = town.createConvoy({
      rawTracks: ["external:alpha:al-a", "external:x:up-a", "external:x:abs-a", "external:x:none-a"],
    });
    const { store } = openStore(town.dir, { onRejectedRoutes: (lines) => rejected.push(...lines) });
    expect((await statesOf(store, convoy))[convoy]?.toSorted()).toEqual(["done", "unknown", "unknown", "unknown"]);
    expect(rejected).toMatchObject([{ line: 3 }, { line: 4 }, { line: 5 }, { line: 8 }, { line: 9 }]);
  });

  test("of a name too long for any file system is a fault of that rig, not of the watcher", async () => {
    const town = freshTown();
    const routes = join(town.dir, ".beads/routes.jsonl");
    writeFileSync(routes, `${readFileSync(routes, "utf8")}{"prefix":"long-","path":"${"x".repeat(5_000)}"}\n`);
    const convoy = town.createConvoy({ rawTracks: ["external:x:long-a"] });
    const { store } = openStore(town.dir);
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["unknown"] });
  });

  test("is read anew when routes.jsonl changes", async () => {
    const town = freshTown();
    const convoy = town.createConvoy({ rawTracks: ["external:beta:be-a"] });
    const { store } = openStore(town.dir);
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["unknown"] });
    town.addRig("beta", { prefix: "be" });
    town.createIssue({ id: "be-a" });
    expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["open"] });
  });

  test("in a routes.jsonl that is a pipe is none, and nobody waits for it", async () => {
    const town = freshTown();
    rmSync(join(town.dir, ".beads/routes.jsonl"));
    execFileSync("mkfifo", [join(town.dir, ".beads/routes.jsonl")]);
    const { store } = openStore(town.dir);
    expect(await store.openConvoys()).toEqual([]);
  });
});

describe("a redirect", () => {
  const dirs = (): string => tempDir(onTestFinished).path;

  test("is relative to the parent of .beads, or else to .beads itself", () => {
    const town = dirs();
    put(join(town, "rig/.beads/redirect"), "mayor/rig/.beads\n");
    expect(beadsDirOf(town, "rig"), "the target is missing").toBe(join(town, "rig/.beads"));
    mkdirSync(join(town, "rig/.beads/mayor/rig/.beads"), { recursive: true });
    expect(beadsDirOf(town, "rig")).toBe(join(town, "rig/.beads/mayor/rig/.beads"));
    mkdirSync(join(town, "rig/mayor/rig/.beads"), { recursive: true });
    expect(beadsDirOf(town, "rig")).toBe(join(town, "rig/mayor/rig/.beads"));
  });

  test("may lead to another, have comments, and be absolute within the town", () => {
    const town = dirs();
    put(join(town, "a/.beads/redirect"), "# moved\n\n  ../b/.beads  \n../c/.beads\n");
    put(join(town, "b/.beads/redirect"), `${join(town, "c/.beads")}\n`);
    mkdirSync(join(town, "c/.beads"), { recursive: true });
    expect(beadsDirOf(town, "a")).toBe(join(town, "c/.beads"));
  });

  test("to itself, in a circle or to a file ends", () => {
    const town = dirs();
    put(join(town, "self/.beads/redirect"), ".beads\n");
    expect(beadsDirOf(town, "self")).toBe(join(town, "self/.beads"));
    put(join(town, "one/.beads/redirect"), "../two/.beads\n");
    put(join(town, "two/.beads/redirect"), "../one/.beads\n");
    expect(beadsDirOf(town, "one")).toMatch(/(one|two)\/\.beads$/);
    put(join(town, "file/.beads/redirect"), "../self/.beads/redirect\n");
    expect(beadsDirOf(town, "file")).toBe(join(town, "file/.beads"));
  });

  test.for(["x".repeat(5_000), "a\0b", "loop"])("that no system can follow (%#) is as one to nowhere", (target) => {
    const town = dirs();
    put(join(town, "rig/.beads/redirect"), `${target}\n`);
    symlinkSync("loop", join(town, "rig/loop"));
    expect(beadsDirOf(town, "rig")).toBe(join(town, "rig/.beads"));
  });

  test("out of the town is refused, however it is written", () => {
    const town = join(dirs(), "town");
    const outside = join(town, "../outside/.beads");
    mkdirSync(outside, { recursive: true });
    for (const target of ["../../outside/.beads", outside, "../../town/../outside/.beads"]) {
      put(join(town, "rig/.beads/redirect"), `${target}\n`);
      expect(fault(() => beadsDirOf(town, "rig"))).toMatchObject({
        fault: "unreadable",
        message: expect.stringContaining("leads out of the town"),
      });
    }
    mkdirSync(join(town, "..town/.beads"), { recursive: true });
    put(join(town, "rig/.beads/redirect"), "../..town/.beads\n");
    expect(beadsDirOf(town, "rig"), "a name that only begins like the way up").toBe(join(town, "..town/.beads"));
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
    expect(storeOf(named)).toEqual({ kind: "sqlite", file: join(named, "issues.db") });
    const bare = beads();
    expect(storeOf(bare)).toEqual({ kind: "sqlite", file: join(bare, "beads.db") });
    for (const name of ["vc.db", "z.db", "beads.backup-1.db", "bd.db"]) writeFileSync(join(bare, name), "");
    expect(storeOf(bare)).toEqual({ kind: "sqlite", file: join(bare, "bd.db") });
    writeFileSync(join(bare, "beads.db"), "");
    expect(storeOf(bare)).toEqual({ kind: "sqlite", file: join(bare, "beads.db") });
  });

  test.for(["../other.db", "/etc/passwd", "sub/x.db", "..", "."])(
    "that names a database elsewhere, %s, is refused",
    (database) => {
      expect(fault(() => storeOf(beads(JSON.stringify({ database }))))).toMatchObject({
        fault: "unreadable",
        message: expect.stringContaining("outside"),
      });
    },
  );

  test.for(["", "{", "null", "[]", '"x"', "\0", '{"database":"a.db"'])(
    "that is broken, %j, is a fault: what it said of the store must not be guessed",
    (text) => {
      expect(fault(() => storeOf(beads(text)))).toMatchObject({
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
      expect(fault(() => storeOf(dir))).toMatchObject({
        fault: "unreadable",
        message: expect.stringContaining("metadata.json"),
      });
    }
  });

  test("that says Dolt keeps the stale beads.db beside it from being read", async () => {
    const town = freshTown({ rigs: { alpha: { prefix: "al", backend: "dolt" } } });
    expect(await stateOf(town, "al-a")).toMatch(/^unknown: .*Dolt/);
    expect(storeOf(town.beadsDir("alpha"))).toMatchObject({ kind: "dolt" });
  });

  test.for(["postgres", "Dolt", 5, {}])("that names a backend nobody knows, %j, is told as such", (backend) => {
    expect(fault(() => storeOf(beads(JSON.stringify({ backend }))))).toMatchObject({
      fault: "unsupported",
      hint: expect.stringContaining("newer release"),
    });
  });

  test.for(["a\0b.db", "x".repeat(5_000)])(
    "whose name for the database no system takes (%#) is a fault of the rig",
    async (database) => {
      const town = freshTown();
      town.createIssue({ id: "al-a" });
      const convoy = town.createConvoy({ tracks: ["al-a"] });
      writeFileSync(join(town.beadsDir("alpha"), "metadata.json"), JSON.stringify({ database }));
      const { store } = openStore(town.dir);
      expect(await statesOf(store, convoy)).toEqual({ [convoy]: ["unknown"] });
    },
  );

  test("that changes is followed: to another file, to Dolt and back", async () => {
    const town = freshTown();
    town.createIssue({ id: "al-a" });
    town.close("al-a");
    const convoy = town.createConvoy({ tracks: ["al-a"] });
    const { store } = openStore(town.dir);
    const metadata = join(town.beadsDir("alpha"), "metadata.json");
    const state = async (): Promise<string | undefined> => (await statesOf(store, convoy))[convoy]?.[0];
    expect(await state()).toBe("done");
    const other = buildTown(join(tempDir(onTestFinished).path, "other"), { rigs: { alpha: { prefix: "al" } } });
    other.createIssue({ id: "al-a" });
    renameSync(other.db("alpha"), join(town.beadsDir("alpha"), "other.db"));
    writeFileSync(metadata, '{"database":"other.db"}');
    expect(await state()).toBe("open");
    writeFileSync(metadata, '{"backend":"dolt"}');
    expect(await state()).toBe("unknown");
    writeFileSync(metadata, "{}");
    expect(await state()).toBe("done");
  });
});
