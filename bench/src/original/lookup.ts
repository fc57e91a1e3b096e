import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** One question to a database by a process of its own, as the original asks all of its questions. */
export async function ask<Row>(database: string, query: string): Promise<readonly Row[]> {
  const { stdout } = await run("sqlite3", ["-json", database, query], { maxBuffer: 64 * 1024 * 1024 });
  return stdout === "" ? [] : (JSON.parse(stdout) as Row[]);
}

/**
 * How the original finds the convoys that track an issue: a pattern that no index can serve. (It takes `_` and `%` for
 * wildcards, and so finds other issues, too; that is left as it is.)
 */
export async function lookUp(database: string, issue: string): Promise<readonly string[]> {
  const id = issue.replaceAll("'", "''");
  const rows = await ask<{ issue_id: string }>(
    database,
    `SELECT DISTINCT issue_id FROM dependencies WHERE type = 'tracks' AND (depends_on_id = '${id}' OR depends_on_id LIKE '%:${id}')`,
  );
  return rows.map((row) => row.issue_id);
}
