import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { type Measured, sectionOf, targetsOf, three } from "./lib/result.ts";
import { sqliteCli } from "./original.ts";

const docs = fileURLToPath(new URL("../../docs/", import.meta.url));
const page = `${docs}performance.md`;
const atStart = machine();

/** Puts what was measured between its marks in docs/performance.md; what people wrote around them stays. */
export function writeReport(measured: readonly Measured[], seconds: number): void {
  const targets = measured.flatMap(({ result }) => result.targets ?? []);
  const when = new Date().toISOString().slice(0, 16).replace("T", " ");
  const run = [...atStart, `date: ${when} UTC; command: \`npm run bench\` (${three(seconds / 60)} min)`];
  const targetText = `${targetsOf(targets)}\n\n${run.map((line) => `- ${line}`).join("\n")}`;
  let text = replace(readFileSync(page, "utf8"), "targets", targetText);
  text = replace(text, "benches", measured.map(sectionOf).join("\n\n"));
  writeFileSync(page, text);
}

function replace(text: string, mark: string, content: string): string {
  const begin = `<!-- ${mark}: written by npm run bench -->`;
  const end = `<!-- end of ${mark} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to === -1) throw new Error(`docs/performance.md has lost its mark "${begin}"`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

/** What was measured on, a line each. */
export function machine(): readonly string[] {
  const cores = cpus();
  const database = new Database(":memory:");
  const sqlite = String(database.prepare("select sqlite_version()").pluck().get());
  database.close();
  return [
    `machine: ${cores.length} × ${cores[0]?.model ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}; load when it began: ${loadavg()
      .map((load) => load.toFixed(1))
      .join(", ")}`,
    `versions: Node ${process.versions.node}, SQLite ${sqlite} (better-sqlite3), ${sqliteCli() ?? "no sqlite3 command"}; commit ${commit()}`,
  ];
}

function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "unknown";
  }
}
