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
    for (const { file, text, faults } of reports) {
      expect(faults).toEqual([]);
      const path = join(repository, file);
      const before = existsSync(path) ? readFileSync(path, "utf8") : "";
      expect(text, `${file} is out of date: if the change is meant, run \`npm run api\``).toBe(before);
    }
  });
});
