import { randomUUID } from "node:crypto";
import { bulkTown, type Town } from "@gastown/test-fixtures";
import { buildDoltTown, type DoltTown, type SqlServer } from "@gastown/test-fixtures/dolt";
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

/** How big a town on a server is. */
export interface BigTown {
  readonly rigs: number;
  /** Of the town's own database; two of three are open, as mail is that nobody reads. */
  readonly issues: number;
  /** Of the first rig. */
  readonly events: number;
  /** Open ones, each with an issue of the second rig; as many again are closed. */
  readonly convoys: number;
}

const ROWS = 2_000;

/** A town as big as those that have been at work for a season. Its rigs are `rig0`, `rig1`, … with the prefixes `r0`, `r1`, … */
export async function buildBigDoltTown(dir: string, server: SqlServer, size: BigTown): Promise<DoltTown> {
  const names = Array.from({ length: size.rigs }, (_, index) => `rig${index}`);
  const town = await buildDoltTown(dir, server, {
    schema: "1.0.5",
    rigs: Object.fromEntries(names.map((name, index) => [name, `r${index}`])),
  });
  const hq = town.beads().database;
  const first = town.beads("rig0").database;
  const second = town.beads("rig1").database;
  await town.beads("rig0").issue({ id: "r0-1" });
  await insert(
    server,
    `${hq}.issues (id, title, description, status, issue_type, created_at, updated_at, closed_at)`,
    size.issues,
    (index) =>
      `('hq-m${index}', 'Message ${index}', '', '${index % 3 === 0 ? "closed" : "open"}', 'task', utc_timestamp(), utc_timestamp(), ${index % 3 === 0 ? "utc_timestamp()" : "null"})`,
  );
  for (const [status, at] of [
    ["open", 0],
    ["closed", size.convoys],
  ] as const) {
    await insert(
      server,
      `${hq}.issues (id, title, description, status, issue_type, created_at, updated_at, closed_at)`,
      size.convoys,
      (index) =>
        `('hq-cv-${at + index}', 'Convoy ${at + index}', '', '${status}', 'task', utc_timestamp(), utc_timestamp(), ${status === "open" ? "null" : "utc_timestamp()"})`,
    );
    await insert(
      server,
      `${hq}.labels (issue_id, label)`,
      size.convoys,
      (index) => `('hq-cv-${at + index}', 'gt:convoy')`,
    );
    await insert(
      server,
      `${hq}.dependencies (id, issue_id, type, depends_on_external)`,
      size.convoys,
      (index) => `('${randomUUID()}', 'hq-cv-${at + index}', 'tracks', 'external:r1:r1-${at + index}')`,
    );
    await insert(
      server,
      `${second}.issues (id, title, description, status, created_at, updated_at, closed_at)`,
      size.convoys,
      (index) =>
        `('r1-${at + index}', 'Issue', '', '${status}', utc_timestamp(), utc_timestamp(), ${status === "open" ? "null" : "utc_timestamp()"})`,
    );
  }
  await insert(
    server,
    `${first}.events (id, issue_id, event_type, actor, created_at)`,
    size.events,
    (index) =>
      `('${randomUUID()}', 'r0-${index % 1_000}', 'updated', 'dev', date_sub(utc_timestamp(), interval ${60 + index} second))`,
  );
  return town;
}

async function insert(server: SqlServer, into: string, count: number, row: (index: number) => string): Promise<void> {
  for (let from = 0; from < count; from += ROWS) {
    const rows = Array.from({ length: Math.min(ROWS, count - from) }, (_, index) => row(from + index));
    await server.query(`INSERT INTO ${into} VALUES ${rows.join(", ")}`);
  }
}
