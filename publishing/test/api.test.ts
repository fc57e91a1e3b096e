import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { apiReports } from "../src/api-report.ts";
import { packages, repository } from "../src/workspace.ts";

const libraries = packages().filter(({ manifest }) => Object.keys(manifest.exports ?? {}).includes("."));

describe.each(libraries)("the API of $manifest.name", (one) => {
  test("is what the reports beside it say, and nothing in it is unexplained", () => {
    const reports = apiReports(one, tempDir(onTestFinished).path);
    const recorded = globSync(`packages/${one.dir}/*.api.md`, { cwd: repository });
    expect(reports.map(({ file }) => file).toSorted()).toEqual(recorded.toSorted());
    for (const { file, text, page, faults } of reports) {
      expect(faults).toEqual([]);
      expectRecorded(file, text);
      expectRecorded(page.file, page.text);
    }
  });
});

test("there is a page for each entry, and no other", () => {
  const pages = libraries.flatMap((one) => apiReports(one, tempDir(onTestFinished).path).map(({ page }) => page));
  expect(globSync("docs/api/*", { cwd: repository }).toSorted()).toEqual(pages.map(({ file }) => file).toSorted());
  for (const { text } of pages) expect(text).toMatch(/^# `@gastown\/[\s\S]+^## `\w+`$[\s\S]+^```ts$/m);
});

function expectRecorded(file: string, text: string): void {
  const path = join(repository, file);
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  expect(text, `${file} is out of date: if the change is meant, run \`npm run api\``).toBe(before);
}
