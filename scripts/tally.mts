// Adds up the reports of all packages on both runtimes. A test script without a report is a failure, and so is an error
// that belongs to no test.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { packages, readJson } from "./workspace.mts";

interface Report {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
  }[];
}

interface Lane {
  name: string;
  /** Files that this lane leaves out, each with its reason. */
  leftOut: [file: string, why: string][];
  passed: number;
  failed: number;
  /** What failed, and why. */
  failures: string[];
  skipped: string[];
  note: string;
}

const runtimes = { node: "test", deno: "test:deno" };
const skippedStates = ["skipped", "pending", "todo", "disabled"];

const failedTests = ({ assertionResults }: Report["testResults"][number]) =>
  assertionResults.filter((test) => test.status === "failed");

/** Files that did not load, errors nobody caught (counted by vitest.shared.ts), a run without any test. */
const outsideTests = (report: Report, errorsFile: string): number => {
  const files = report.testResults.filter((file) => file.status === "failed" && failedTests(file).length === 0).length;
  const stray = existsSync(errorsFile) ? Number(readFileSync(errorsFile, "utf8")) : 0;
  return files + stray === 0 && report.numFailedTests === 0 && !report.success ? 1 : files + stray;
};

const leftOutOf = (dir: string, runtime: string): [string, string][] => {
  const file = `${dir}/test/left-out-on-${runtime}.json`;
  return existsSync(file) ? Object.entries(readJson(file) as Record<string, string>) : [];
};

/** As much of each as fits where only the end of the output is kept. */
const failuresOf = (report: Report, dir: string): string[] =>
  report.testResults.flatMap((result) => {
    const file = relative(dir, result.name);
    const failed = failedTests(result);
    if (result.status === "failed" && failed.length === 0) return [`${file}: ${result.message.slice(0, 1500)}`];
    return failed.map((test) => `${file}: ${test.fullName}\n${test.failureMessages.join("\n").slice(0, 1500)}`);
  });

const read = (dir: string, runtime: string): Lane => {
  const name = `${dir} on ${runtime}`;
  const file = `${dir}/.results/${runtime}.json`;
  const leftOut = leftOutOf(dir, runtime);
  const unknown = leftOut.filter(([left]) => !existsSync(`${dir}/${left}`));
  for (const [left] of unknown) console.log(`failed: ${name}: ${left} is left out, and is not there`);
  if (!existsSync(file))
    return { name, leftOut, passed: 0, failed: 1, failures: [], skipped: [], note: " (no report)" };
  const report = readJson(file) as Report;
  const errors = outsideTests(report, file.replace(/json$/, "errors")) + unknown.length;
  return {
    name,
    leftOut,
    passed: report.numPassedTests,
    failed: report.numFailedTests + errors,
    failures: failuresOf(report, dir),
    skipped: report.testResults.flatMap(({ assertionResults }) =>
      assertionResults.filter(({ status }) => skippedStates.includes(status)).map(({ fullName }) => fullName),
    ),
    note: errors > 0 ? ` (${errors} outside of any test)` : "",
  };
};

const lanes = (): Lane[] =>
  Object.entries(runtimes).flatMap(([runtime, script]) =>
    packages()
      .filter(({ manifest }) => manifest.scripts?.[script])
      .map(({ dir }) => read(dir, runtime)),
  );

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

/** Prints the sums; true when nothing failed. Each name in `failedChecks` counts as one failure unless a test explains it. */
export const tally = (failedChecks: string[]): boolean => {
  const all = lanes();
  const inTests = sum(all.map((lane) => lane.failed));
  const other = failedChecks.filter((check) => check !== "tests" || inTests === 0);
  const passed = sum(all.map((lane) => lane.passed));
  const failed = inTests + other.length;
  for (const lane of all) console.log(`${lane.name}: ${lane.passed} passed, ${lane.failed} failed${lane.note}`);
  for (const lane of all) for (const test of lane.skipped) console.log(`skipped: ${lane.name}: ${test}`);
  for (const lane of all)
    for (const [file, why] of lane.leftOut) console.log(`left out: ${lane.name}: ${file}: ${why}`);
  for (const lane of all) for (const failure of lane.failures) console.log(`failed: ${lane.name}: ${failure}`);
  for (const check of other) console.log(`failed: ${check}`);
  const line = `${passed} passed, ${failed} failed`;
  console.log(line);
  mkdirSync(".results", { recursive: true });
  writeFileSync(".results/tally", `${line}\n`);
  return failed === 0;
};

if (import.meta.main) process.exitCode = tally([]) ? 0 : 1;
