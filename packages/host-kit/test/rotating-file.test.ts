import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { expect, it, onTestFinished } from "vitest";
import { createRotatingFile } from "../src/rotating-file.ts";

it("puts the file aside before it grows beyond its ceiling", () => {
  const dir = tempDir(onTestFinished).path;
  const { append } = createRotatingFile({
    file: join(dir, "log"),
    limit: 20,
    keep: 1,
    onFault: () => expect.unreachable(),
  });
  for (const line of ["first line", "second", "third line", "fourth"]) append(line);
  expect(readdirSync(dir).toSorted()).toEqual(["log", "log.1"]);
  expect(readFileSync(join(dir, "log.1"), "utf8")).toBe("first line\nsecond\n");
  expect(readFileSync(join(dir, "log"), "utf8")).toBe("third line\nfourth\n");
});

it("tells of a file that cannot be written once, and goes on when it can", () => {
  const dir = tempDir(onTestFinished).path;
  const faults: string[] = [];
  const onFault = (error: unknown): void => void faults.push(String(error));
  const { append } = createRotatingFile({ file: join(dir, "log"), onFault });
  mkdirSync(join(dir, "log"));
  append("a");
  append("b");
  expect(faults).toHaveLength(1);
  rmSync(join(dir, "log"), { recursive: true });
  append("c");
  expect(readFileSync(join(dir, "log"), "utf8")).toBe("c\n");
});
