import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";

const packageDir = fileURLToPath(new URL("..", import.meta.url));
const dist = join(packageDir, "dist");
const scripts = readdirSync(dist).filter((name) => name.endsWith(".js"));
const textOf = (name: string): string => readFileSync(join(dist, name), "utf8");

/** The packages in a file and in everything that is loaded with it. */
function packagesLoadedWith(entry: string): string[] {
  const files = new Set([entry]);
  for (const name of files)
    for (const [, imported = ""] of textOf(name).matchAll(/^import .*?"\.\/([^"]+)";$/gm)) files.add(imported);
  return packagesIn([...files].map(textOf).join("\n"));
}

function packagesIn(text: string): string[] {
  const names = [...text.matchAll(/^\/\/(?:#region)? .*node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//gm)].map(
    ([, name = ""]) => name,
  );
  return [...new Set(names)].sort();
}

const chunkOf = (command: string): string => scripts.find((name) => name.startsWith(`${command}-`)) ?? command;

test("starts without what the commands need", () => {
  expect(packagesLoadedWith("cli.js")).toContain("commander");
  expect(packagesLoadedWith("cli.js")).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(execa|kysely)$/)]));
});

test("loads execa for the commands that start programs, and not for those that read; mysql2 for neither, unless a town has Dolt", () => {
  expect(packagesLoadedWith(chunkOf("landing"))).toEqual(expect.arrayContaining(["execa", "kysely"]));
  expect(packagesLoadedWith(chunkOf("landing"))).not.toContain("mysql2");
  expect(packagesLoadedWith(chunkOf("list"))).toContain("kysely");
  expect(packagesLoadedWith(chunkOf("list"))).not.toContain("execa");
  expect(packagesLoadedWith(chunkOf("list"))).not.toContain("mysql2");
});

test("names the licence of every package it contains", () => {
  const notices = readFileSync(join(dist, "THIRD-PARTY-LICENSES.txt"), "utf8");
  const named = [...notices.matchAll(/^((?:@[^/\s]+\/)?[^/\s]+) \d+\.\d+\.\d+\S* \(.+\)$/gm)].map(([, name]) => name);
  expect(named).toEqual(expect.arrayContaining(packagesIn(scripts.map(textOf).join("\n"))));
  expect(named).toContain("kysely");
  expect(named).not.toContain("better-sqlite3");
});

test("has no path of the machine that built it", () => {
  expect(scripts.filter((name) => textOf(name).includes(packageDir))).toEqual([]);
});

test("keeps its compile cache to itself, wherever it is installed", () => {
  const dir = tempDir(onTestFinished).path;
  const home = join(dir, "100% a b", "cli");
  mkdirSync(home, { recursive: true });
  for (const name of ["bin", "dist", "package.json"])
    cpSync(join(packageDir, name), join(home, name), { recursive: true });
  symlinkSync(join(packageDir, "..", "..", "node_modules"), join(home, "node_modules"));
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  execFileSync(process.execPath, [join(home, "bin", "convoy-cli.js"), "--version"], { env, cwd: dir });
  expect(readdirSync(home).sort()).toEqual([".compile-cache", "bin", "dist", "node_modules", "package.json"]);
  expect(readdirSync(dir)).toEqual(["100% a b"]);
});
