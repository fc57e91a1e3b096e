// Workflows may do nothing that a job does not name, and run only actions that are pinned by commit.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { glob } from "zx";

interface Job {
  permissions?: unknown;
  "timeout-minutes"?: number;
  steps?: { uses?: string; with?: Record<string, unknown> }[];
}

interface Workflow {
  permissions?: unknown;
  jobs: Record<string, Job>;
}

const files = glob.sync(".github/workflows/*.{yml,yaml}", { dot: true });
const found = files.length === 0 ? ["there are no workflows to check"] : files.flatMap(check);

function check(file: string): string[] {
  const { permissions, jobs } = parse(readFileSync(file, "utf8")) as Workflow;
  const all = Object.entries(jobs).flatMap(([name, job]) => checkJob(job).map((fault) => `${file}: ${name} ${fault}`));
  return JSON.stringify(permissions) === "{}" ? all : [`${file}: does not begin without permissions`, ...all];
}

function checkJob({ permissions, steps = [], ...job }: Job): string[] {
  const faults: string[] = [];
  if (typeof permissions !== "object") faults.push("does not name its permissions");
  if (job["timeout-minutes"] === undefined) faults.push("has no time limit");
  for (const { uses, with: options } of steps) {
    if (uses === undefined) continue;
    if (!/@[0-9a-f]{40}$/.test(uses)) faults.push(`runs ${uses}, which is not pinned by commit`);
    if (uses.startsWith("actions/checkout@") && options?.["persist-credentials"] !== false)
      faults.push("leaves its credentials in the checkout");
  }
  return faults;
}

if (found.length > 0) {
  console.error(found.join("\n"));
  process.exitCode = 1;
}
