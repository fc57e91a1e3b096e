import { ask } from "./lookup.ts";

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
