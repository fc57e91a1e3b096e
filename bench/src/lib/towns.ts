import { bulkTown, type Town } from "@gastown/test-fixtures";
import Database from "better-sqlite3";

const RIGS = 10;

/** A town whose convoys have this many `tracks` edges, ten each; written in SQL, for the fixtures' rows take a minute a million. */
export function edgesTown(dir: string, edges: number): { readonly town: Town; readonly issues: readonly string[] } {
  const first = bulkTown(dir, { convoys: 1, issuesPer: 10, rigs: RIGS });
  const database = new Database(first.db());
  const convoys = Math.round(edges / 10);
  const copy = (table: string, values: Readonly<Record<string, string>>, from: string): void => {
    const columns = database.prepare<[], string>(`select name from pragma_table_info('${table}')`).pluck().all();
    const kept = columns.filter((column) => column !== "content_hash");
    const select = kept.map((column) => values[column] ?? `s."${column}"`).join(", ");
    database
      .prepare(`insert into ${table} (${kept.map((column) => `"${column}"`).join(", ")}) select ${select} from ${from}`)
      .run();
  };
  database.transaction(() => {
    const series = (to: number): string =>
      `(with recursive n(i) as (select 1 union all select i + 1 from n where i < ${to}) select i from n)`;
    if (convoys > 1) {
      copy(
        "issues",
        { id: "printf('hq-cv-b%07d', n.i)" },
        `${series(convoys - 1)} n, issues s where s.id = 'hq-cv-00000'`,
      );
      copy(
        "dependencies",
        {
          issue_id: "printf('hq-cv-b%07d', n.i)",
          depends_on_id: `printf('external:rig%d:r%d-b%07d', j.i % ${RIGS}, j.i % ${RIGS}, n.i * 10 + j.i)`,
        },
        `${series(convoys - 1)} n, ${series(10)} j, (select * from dependencies limit 1) s`,
      );
    }
  })();
  database.close();
  const issues = Array.from({ length: 200 }, (_, at) => {
    const convoy = 1 + Math.floor(((convoys - 2) * at) / 200);
    const nth = 1 + (at % 10);
    return convoys > 1
      ? `r${nth % RIGS}-b${String(convoy * 10 + nth).padStart(7, "0")}`
      : (first.issuesOf("hq-cv-00000")[at % 10] ?? "");
  });
  return { town: first, issues };
}
