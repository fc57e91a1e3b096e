import { randomUUID } from "node:crypto";
import { type DoltSchema, isRecorded, isSplit, tablesOf } from "./schema.ts";
import type { SqlServer } from "./server.ts";

export interface DoltIssue {
  readonly id: string;
  readonly title?: string;
  readonly status?: string;
  readonly type?: string;
  readonly labels?: readonly string[];
  /** It goes to the tables for wisps. */
  readonly wisp?: boolean;
}

/** A beads database on a server, written as bd 1.x writes it: whole seconds, UTC, and deletions that leave nothing. */
export interface DoltBeads {
  readonly database: string;
  readonly schema: DoltSchema;
  issue(issue: DoltIssue): Promise<string>;
  /** An issue of type `convoy` with its references as they are to be stored. */
  convoy(convoy: DoltIssue & { readonly tracks: readonly string[] }): Promise<string>;
  track(convoy: string, reference: string): Promise<void>;
  close(id: string, options?: { readonly event?: boolean }): Promise<void>;
  setStatus(id: string, status: string, event?: string): Promise<void>;
  remove(id: string): Promise<void>;
  status(id: string): Promise<string | undefined>;
}

/** A name as an identifier. */
export const quoted = (name: string): string => `\`${name.replaceAll("`", "``")}\``;

/** Makes the database, in place of one that may be there. */
export const createDoltBeads = async (
  server: SqlServer,
  database: string,
  schema: DoltSchema = "1.0.0",
): Promise<DoltBeads> => {
  for (let tries = 1; ; tries += 1) {
    try {
      await createTables(server, database, schema);
      return doltBeads(server, database, schema);
    } catch (error) {
      // Dolt 2.3.1 at times has a database that never takes a table that counts by itself: made anew, it does.
      if (tries === 10 || !String(error).includes("context canceled")) throw error;
    }
  }
};

const createTables = async (server: SqlServer, database: string, schema: DoltSchema): Promise<void> => {
  const db = quoted(database);
  const collate = server.kind === "mariadb" ? " CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci" : "";
  await server.query(`DROP DATABASE IF EXISTS ${db}; CREATE DATABASE ${db}${collate}`);
  for (const table of tablesOf(schema)) await server.query(table.replace("CREATE TABLE ", `CREATE TABLE ${db}.`));
};

/** A database that is there already. */
export const doltBeads = (server: Pick<SqlServer, "query">, database: string, schema: DoltSchema): DoltBeads => {
  const db = quoted(database);
  const has = async (table: string, id: string): Promise<boolean> =>
    (await server.query(`SELECT id FROM ${db}.${table} WHERE id = ?`, [id])).some((row) => row["id"] === id);
  const event = async (table: string, id: string, type: string, value: string): Promise<void> => {
    const insert = `INSERT INTO ${db}.${table} (${schema === "0.50" ? "" : "id, "}issue_id, event_type, actor, old_value, new_value, created_at)`;
    const values = [...(schema === "0.50" ? [] : [randomUUID()]), id, type, "dev", "", value];
    await server.query(`${insert} VALUES (${values.map(() => "?").join(", ")}, UTC_TIMESTAMP())`, values);
  };
  const wispOr = async (id: string, own: string, wisp: string): Promise<string> =>
    schema !== "0.50" && (await has("wisps", id)) ? wisp : own;

  const beads: DoltBeads = {
    database,
    schema,
    async issue({ id, title = "An issue", status = "open", type = "task", labels = [], wisp = false }) {
      const done = status === "closed" ? "UTC_TIMESTAMP()" : "NULL";
      const texts = isRecorded(schema) ? ["design", "acceptance_criteria", "notes"] : [];
      await server.query(
        `INSERT INTO ${db}.${wisp ? "wisps" : "issues"} (${["description", ...texts].join(", ")}, id, title, status, issue_type, created_at, updated_at, closed_at, ephemeral)
         VALUES (${["''", ...texts.map(() => "''")].join(", ")}, ?, ?, ?, ?, UTC_TIMESTAMP(), UTC_TIMESTAMP(), ${done}, ?)`,
        [id, title, status, type, wisp ? 1 : 0],
      );
      for (const label of labels)
        await server.query(`INSERT INTO ${db}.${wisp ? "wisp_labels" : "labels"} VALUES (?, ?)`, [id, label]);
      await event(wisp ? "wisp_events" : "events", id, "created", "");
      return id;
    },
    async convoy({ tracks, ...convoy }) {
      await beads.issue({ type: "convoy", title: "A convoy", ...convoy });
      for (const reference of tracks) await beads.track(convoy.id, reference);
      return convoy.id;
    },
    async track(convoy, reference) {
      const table = await wispOr(convoy, "dependencies", "wisp_dependencies");
      if (isSplit(schema)) {
        const column = (await has("issues", reference))
          ? "depends_on_issue_id"
          : (await has("wisps", reference))
            ? "depends_on_wisp_id"
            : "depends_on_external";
        await server.query(
          `INSERT INTO ${db}.${table} (id, issue_id, type, ${column}, created_by) VALUES (?, ?, 'tracks', ?, 'dev')`,
          [randomUUID(), convoy, reference],
        );
      } else
        await server.query(`INSERT INTO ${db}.${table} (issue_id, depends_on_id, type) VALUES (?, ?, 'tracks')`, [
          convoy,
          reference,
        ]);
    },
    close: (id, options = {}) => beads.setStatus(id, "closed", options.event === false ? "" : "closed"),
    async setStatus(id, status, type = "status_changed") {
      const table = await wispOr(id, "issues", "wisps");
      const closedAt = status === "closed" ? "UTC_TIMESTAMP()" : "NULL";
      await server.query(
        `UPDATE ${db}.${table} SET status = ?, closed_at = ${closedAt}, updated_at = UTC_TIMESTAMP() WHERE id = ?`,
        [status, id],
      );
      if (type !== "") await event(table === "wisps" ? "wisp_events" : "events", id, type, "Closed");
    },
    async remove(id) {
      for (const [table, column] of [
        ["events", "issue_id"],
        ["labels", "issue_id"],
        ["dependencies", "issue_id"],
        ["issues", "id"],
      ] as const)
        await server.query(`DELETE FROM ${db}.${table} WHERE ${column} = ?`, [id]);
    },
    async status(id) {
      const table = await wispOr(id, "issues", "wisps");
      const rows = await server.query(`SELECT id, status FROM ${db}.${table} WHERE id = ?`, [id]);
      const status = rows.find((row) => row["id"] === id)?.["status"];
      return typeof status === "string" ? status : undefined;
    },
  };
  return beads;
};
