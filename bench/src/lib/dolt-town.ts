import { randomUUID } from "node:crypto";
import { buildDoltTown, type DoltTown, type SqlServer } from "@gastown/test-fixtures/dolt";

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
