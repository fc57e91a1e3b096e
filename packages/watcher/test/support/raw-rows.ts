import { randomUUID } from "node:crypto";
import { openTown } from "@gastown/test-fixtures";
import type { SqlServer } from "@gastown/test-fixtures/dolt";

type Value = string | number | null;

/** A row of issues or wisps, as it is to be stored. */
export interface RawIssue {
  readonly id: string;
  readonly title?: string;
  readonly description?: string;
  readonly status?: string;
  readonly issue_type?: string;
  readonly assignee?: string;
  readonly created_by?: string;
  readonly created_at?: string;
  readonly updated_at?: string;
  readonly closed_at?: string | null;
  readonly close_reason?: string;
}

/** Writes rows as they are, each column as given: what bd would not let a test choose. Nothing is there before `commit`. */
export interface RawRows {
  clear(): void;
  /** To the table for wisps, where there is one. */
  issue(row: RawIssue, options?: { readonly wisp?: boolean; readonly labels?: readonly string[] }): void;
  depends(issue: string, on: string, type: string, options?: { readonly wisp?: boolean }): void;
  commit(): Promise<void>;
}

interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** Of a rig that is kept in a SQLite file. */
export function rowsOfFile(town: string, rig: string): RawRows {
  const all: Statement[] = [];
  const insert = (table: string, row: Record<string, Value>): void => void all.push(insertion(table, row));
  return {
    clear() {
      for (const table of ["labels", "dependencies", "issues"]) all.push({ sql: `DELETE FROM ${table}`, values: [] });
    },
    issue(row, { wisp = false, labels = [] } = {}) {
      insert("issues", { ...whole(row), ephemeral: wisp ? 1 : 0 });
      for (const label of labels) insert("labels", { issue_id: row.id, label });
    },
    depends: (issue, on, type) =>
      insert("dependencies", { issue_id: issue, depends_on_id: on, type, created_by: "dev" }),
    async commit() {
      openTown(town).run(all.splice(0), rig);
    },
  };
}

/** Of a database on a server, with split dependencies or not. */
export function rowsOnServer(server: () => SqlServer, database: string, split: boolean): RawRows {
  const all: Statement[] = [];
  const insert = (table: string, row: Record<string, Value>): void =>
    void all.push(insertion(`${database}.${table}`, row));
  return {
    clear() {
      for (const table of ["labels", "dependencies", "issues", "wisp_labels", "wisp_dependencies", "wisps"])
        all.push({ sql: `DELETE FROM ${database}.${table}`, values: [] });
    },
    issue(row, { wisp = false, labels = [] } = {}) {
      const values = Object.fromEntries(
        Object.entries(whole(row)).map(([name, value]) => [name, name.endsWith("_at") ? inUtc(value) : value]),
      );
      insert(wisp ? "wisps" : "issues", { ...values, ephemeral: wisp ? 1 : 0 });
      for (const label of labels) insert(wisp ? "wisp_labels" : "labels", { issue_id: row.id, label });
    },
    depends(issue, on, type, { wisp = false } = {}) {
      const target = on.startsWith("external:") ? "depends_on_external" : "depends_on_issue_id";
      insert(wisp ? "wisp_dependencies" : "dependencies", {
        ...(split ? { id: randomUUID(), [target]: on } : { depends_on_id: on }),
        issue_id: issue,
        type,
      });
    },
    async commit() {
      const statements = all.splice(0);
      const sql = [
        `USE ${database}`,
        "START TRANSACTION",
        ...statements.map((statement) => statement.sql),
        "COMMIT",
      ].join(";\n");
      await server().query(
        sql,
        statements.flatMap(({ values }) => values),
      );
    },
  };
}

const insertion = (table: string, row: Record<string, Value>): Statement => ({
  sql: `INSERT INTO ${table} (${Object.keys(row).join(", ")}) VALUES (${Object.keys(row)
    .map(() => "?")
    .join(", ")})`,
  values: Object.values(row),
});

/** Servers keep UTC without saying so. */
const inUtc = (value: Value): Value => (typeof value === "string" ? value.replace("T", " ").replace("Z", "") : value);

const NOW = "2026-11-25T16:00:00Z";

const whole = (row: RawIssue): Record<string, Value> => ({
  title: "An issue",
  description: "",
  status: "open",
  issue_type: "task",
  created_at: NOW,
  updated_at: NOW,
  closed_at: null,
  close_reason: "",
  created_by: "dev",
  assignee: "",
  ...row,
});
