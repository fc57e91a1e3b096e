// Records what each package exports beside it: npm run api. A test compares, so that no change of it goes unseen.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiReports } from "./api-report.ts";
import { packages, repository } from "./workspace.ts";

const temporary = mkdtempSync(join(tmpdir(), "api-"));
for (const { file, text, faults } of packages().flatMap((one) => apiReports(one, temporary))) {
  writeFileSync(join(repository, file), text);
  console.log(file);
  for (const fault of faults) console.error(`  ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}
rmSync(temporary, { recursive: true });
