import { execFileSync } from "node:child_process";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import Database from "better-sqlite3";

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

/** The version of the `sqlite3` on PATH, which the original's way needs; undefined when there is none. */
export function sqliteCli(): string | undefined {
  try {
    return `sqlite3 command ${execFileSync("sqlite3", ["--version"], { encoding: "utf8" }).split(" ")[0]}`;
  } catch {
    return undefined;
  }
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
