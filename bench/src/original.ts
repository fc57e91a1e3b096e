import { execFile, execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { endWithUs } from "./lib/processes.ts";

const run = promisify(execFile);

export interface OriginalOptions {
  readonly town: string;
  /** The town's own database. */
  readonly database: string;
  readonly gt: string;
}

/**
 * What the original does with a line of `bd activity`: looks up the convoys, asks whether each is still open, and runs a
 * check of everything. The next line is not read before that has ended.
 *
 * @returns how many checks were run
 */
export async function processLine(line: string, { town, database, gt }: OriginalOptions): Promise<number> {
  let event: { type?: string; issue_id?: string; new_status?: string };
  try {
    event = JSON.parse(line) as typeof event;
  } catch {
    return 0;
  }
  if (event.type !== "status" || event.new_status !== "closed") return 0;
  let checks = 0;
  for (const convoy of await lookUp(database, event.issue_id ?? "")) {
    const [row] = await ask<{ status: string }>(database, `SELECT status FROM issues WHERE id = '${convoy}'`);
    if (row === undefined || row.status === "closed") continue;
    checks += 1;
    await run(gt, ["convoy", "check"], { cwd: town }).catch(() => undefined);
  }
  return checks;
}

/** Follows `bd activity`, which asks the rigs every 500 ms, until the signal is aborted. */
export async function follow(bd: string, options: OriginalOptions, signal: AbortSignal): Promise<void> {
  const child = endWithUs(
    spawn(bd, ["activity", "--follow", "--town", "--json"], {
      cwd: options.town,
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  const end = (): void => void child.kill();
  signal.addEventListener("abort", end, { once: true });
  for await (const line of createInterface({ input: child.stdout })) {
    if (signal.aborted) break;
    await processLine(line, options);
  }
  child.kill();
}

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

/**
 * What `gt convoy check` reads at each of the original's closes: for every open convoy one process for what it tracks and one
 * for how that stands. (The real one starts `bd` for the latter, which takes longer than `sqlite3`.)
 */
export async function checkAll(town: string, rigDatabase: (issue: string) => string): Promise<number> {
  let complete = 0;
  for (const { id } of await ask<{ id: string }>(
    town,
    "SELECT id FROM issues WHERE issue_type = 'convoy' AND status = 'open'",
  )) {
    const tracked = await ask<{ depends_on_id: string }>(
      town,
      `SELECT depends_on_id, type FROM dependencies WHERE issue_id = '${id}' AND type = 'tracks'`,
    );
    const ids = tracked.map((row) => row.depends_on_id.split(":").at(-1) ?? "");
    const first = ids[0];
    if (first === undefined) continue;
    const rows = await ask<{ status: string }>(
      rigDatabase(first),
      `SELECT status FROM issues WHERE id IN (${ids.map((issue) => `'${issue}'`).join()})`,
    );
    if (rows.every((row) => row.status === "closed")) complete += 1;
  }
  return complete;
}

/** The version of the `sqlite3` on PATH, which the original's way needs; undefined when there is none. */
export function sqliteCli(): string | undefined {
  try {
    return `sqlite3 command ${execFileSync("sqlite3", ["--version"], { encoding: "utf8" }).split(" ")[0]}`;
  } catch {
    return undefined;
  }
}
