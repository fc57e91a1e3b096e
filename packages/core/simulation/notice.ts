import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { BREAKS } from "./breaks.ts";
import { breakIn, loadBroken } from "./broken-core.ts";
import type { Violation } from "./command.ts";
import { search } from "./search.ts";

/** What notices a break: the simulation, at this seed; or else a test, by its file. */
export type Notice = { readonly rule: Violation["rule"]; readonly seed: number } | { readonly test: string };

const FILE = new URL("noticed.json", import.meta.url);
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const VITEST = fileURLToPath(new URL("../../../node_modules/vitest/vitest.mjs", import.meta.url));

/** What notices each break, as it was found last. */
export function readNoticed(): Readonly<Record<string, Notice>> {
  return JSON.parse(readFileSync(FILE, "utf8")) as Record<string, Notice>;
}

/** Finds out anew what notices these breaks, and writes it down. The names of those that nothing notices. */
export async function noticeAll(names: readonly string[], say: (line: string) => void): Promise<readonly string[]> {
  const noticed: Record<string, Notice | undefined> = { ...readNoticed() };
  for (const name of names) {
    const notice = (await noticeBySimulation(name)) ?? noticeByTest(name);
    noticed[name] = notice;
    say(`${name}: ${notice === undefined ? "nothing notices" : JSON.stringify(notice)}`);
    const known = Object.keys(BREAKS).flatMap((key) => (noticed[key] === undefined ? [] : [[key, noticed[key]]]));
    writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`);
  }
  return names.filter((name) => noticed[name] === undefined);
}

/** So long the simulation looks for a history that shows a break, in milliseconds. */
const PATIENCE = 20_000;

async function noticeBySimulation(name: string): Promise<Notice | undefined> {
  const until = performance.now() + PATIENCE;
  const { finding } = await search(await loadBroken(name), 1, () => performance.now() > until);
  return finding && { rule: finding.violation.rule, seed: finding.seed };
}

/** Runs the other tests against a copy of this package with that rule broken, until one fails. */
function noticeByTest(name: string): Notice | undefined {
  const copy = mkdtempSync(join(ROOT, "..", ".broken-core-"));
  try {
    for (const part of ["package.json", "vitest.config.ts", "test", "simulation"])
      cpSync(join(ROOT, part), join(copy, part), { recursive: true });
    breakIn(join(copy, "src"), name);
    const report = join(copy, "report.json");
    const asked = ["--bail=1", "--exclude=test/simulation/**", "--reporter=json", `--outputFile=${report}`];
    spawnSync(process.execPath, [VITEST, "run", ...asked], { cwd: copy });
    const { testResults } = JSON.parse(readFileSync(report, "utf8")) as {
      testResults: readonly { name: string; status: string }[];
    };
    const failed = testResults.find(({ status }) => status === "failed");
    return failed && { test: failed.name.slice(copy.length + 1) };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
