// Records what each package exports beside it, and writes the pages about it: npm run api. A test compares, so that no change of it goes unseen.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiReports } from "./api-report.ts";
import { packages, repository } from "./workspace.ts";

const temporary = mkdtempSync(join(tmpdir(), "api-"));
rmSync(join(repository, "docs/api"), { recursive: true, force: true });
mkdirSync(join(repository, "docs/api"));
for (const { file, text, page, faults } of packages().flatMap((one) => apiReports(one, temporary))) {
  writeFileSync(join(repository, file), text);
  writeFileSync(join(repository, page.file), page.text);
  console.log(`${file}, ${page.file}`);
  for (const fault of faults) console.error(`  ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}
rmSync(temporary, { recursive: true });
