import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { expect, it, onTestFinished } from "vitest";
import { createLogFile } from "../../src/log/log-file.ts";
import { scene } from "../support/scene.ts";

it("puts the file aside before it grows beyond its ceiling", () => {
  const dir = tempDir(onTestFinished).path;
  const log = createLogFile(join(dir, "log"), () => expect.unreachable(), 20);
  for (const line of ["first line", "second", "third line", "fourth"]) log(line);
  expect(readdirSync(dir).toSorted()).toEqual(["log", "log.1"]);
  expect(readFileSync(join(dir, "log.1"), "utf8")).toBe("first line\nsecond\n");
  expect(readFileSync(join(dir, "log"), "utf8")).toBe("third line\nfourth\n");
});

it("tells of a file that cannot be written once, and goes on when it can", () => {
  const dir = tempDir(onTestFinished).path;
  const faults: string[] = [];
  const log = createLogFile(join(dir, "log"), ({ message }) => void faults.push(message));
  mkdirSync(join(dir, "log"));
  log("a");
  log("b");
  expect(faults).toHaveLength(1);
  rmSync(join(dir, "log"), { recursive: true });
  log("c");
  expect(readFileSync(join(dir, "log"), "utf8")).toBe("c\n");
});

it("keeps what watch says, dated, beside what it prints", async () => {
  const made = scene();
  made.town.createIssue({ id: "al-1" });
  made.town.createConvoy({ id: "hq-cv-1", tracks: ["al-1"] });
  const file = join(made.root, "watch.log");
  const cli = made.start(["watch", "--quiet", "--log-file", file]);
  await expect
    .poll(() => readdirSync(made.root).includes("watch.log") && readFileSync(file, "utf8"), { timeout: 20_000 })
    .toContain("watching 1 open convoy");
  made.town.close("al-1");
  await cli.said("landed");
  await cli.stop();
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  expect(lines.filter((line) => !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /.test(line))).toEqual([]);
  expect(lines.some((line) => line.includes("✓ hq-cv-1"))).toBe(true);
});
