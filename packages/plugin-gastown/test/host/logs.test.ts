import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { createLog } from "../../src/host/logs.ts";

test("keeps so many old files, each of about the same size, and the newest lines", () => {
  const dir = tempDir(onTestFinished).path;
  const file = join(dir, "host.log");
  const log = createLog({ file, limit: 1_000, keep: 2 });
  for (let line = 0; line < 200; line += 1) log.info(`line ${line}`);
  expect(readdirSync(dir).toSorted()).toEqual(["host.log", "host.log.1", "host.log.2"]);
  const texts = ["host.log.2", "host.log.1", "host.log"].map((name) => readFileSync(join(dir, name), "utf8"));
  for (const text of texts) expect(Buffer.byteLength(text)).toBeLessThan(1_100);
  const numbers = [...texts.join("").matchAll(/line (\d+)/g)].map(([, number]) => Number(number));
  expect(numbers.at(-1)).toBe(199);
  expect(numbers).toEqual(numbers.map((_, index) => index + (numbers[0] ?? 0)));
});

test("goes on where an earlier process left off", () => {
  const file = join(tempDir(onTestFinished).path, "host.log");
  createLog({ file }).warn("one");
  createLog({ file }).error("two", { a: 1n, text: "\u001B[2J" });
  expect(readFileSync(file, "utf8")).toMatch(/^\S+Z warn  one\n\S+Z error two \{"a":"1","text":"\\u001b\[2J"\}\n$/);
});

test("one line stays one line, whatever is in it", () => {
  const file = join(tempDir(onTestFinished).path, "host.log");
  createLog({ file }).info("a\nb\u001B[31mc\u2028d");
  expect(readFileSync(file, "utf8")).toMatch(/^\S+Z info {2}a bcd\n$/);
});

test("a log that cannot be written is said once, and harms nobody", () => {
  const dir = tempDir(onTestFinished).path;
  const lines: string[] = [];
  mkdirSync(join(dir, "host.log"));
  const log = createLog({ file: join(dir, "host.log"), echo: (line) => lines.push(line) });
  log.info("one");
  log.info("two");
  expect(lines.filter((line) => line.startsWith("the log cannot be written: EISDIR"))).toHaveLength(1);
  expect(lines).toHaveLength(3);
});

test("fields that are no JSON are left out", () => {
  const file = join(tempDir(onTestFinished).path, "host.log");
  const self: Record<string, unknown> = {};
  self["self"] = self;
  createLog({ file }).debug("odd", self);
  expect(readFileSync(file, "utf8")).toMatch(/debug odd \{…\}\n$/);
});
