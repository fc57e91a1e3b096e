import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { scene } from "../support/scene.ts";

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
