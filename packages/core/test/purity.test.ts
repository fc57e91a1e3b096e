import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SRC = new URL("../src/", import.meta.url);
const files = readdirSync(SRC);

test.for(files)("%s imports nothing but files beside it", (file) => {
  const text = readFileSync(new URL(file, SRC), "utf8");
  const imported = [...text.matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, specifier]) => specifier ?? "");
  for (const specifier of imported) {
    expect(specifier).toMatch(/^\.\/[a-z-]+\.ts$/);
    expect(files).toContain(specifier.slice(2));
  }
});

test("a convoy is landed without a clock, dice, timers, a process, or leave to do anything", () => {
  const program = fileURLToPath(new URL("programs/bare.ts", import.meta.url));
  const core = fileURLToPath(new URL("..", import.meta.url));
  const flags =
    "Deno" in globalThis ? ["run", "--no-prompt", "--no-config"] : ["--permission", `--allow-fs-read=${core}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, program], { encoding: "utf8", env: {} });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "hq-cv-a landed\n", stderr: "" });
});
