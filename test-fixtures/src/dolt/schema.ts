import { readFileSync } from "node:fs";
import { inPackage } from "../tables.ts";

/** Which shape a Dolt database has: what is read of it before wisps, up to bd 1.0.4, and from bd 1.0.5 on; or all of it as recorded. */
export type DoltSchema = "0.50" | "1.0.0" | "1.0.5" | RecordedSchema;

const key = "varchar(255)";

/** Columns and indexes as bd makes them, without those that nobody here reads. */
const issues = (table: string): string => `CREATE TABLE ${table} (
  id ${key} NOT NULL, title varchar(500) NOT NULL, description text, status varchar(32) NOT NULL DEFAULT 'open',
  priority int NOT NULL DEFAULT 2, issue_type varchar(32) NOT NULL DEFAULT 'task', assignee ${key},
  created_at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP, created_by ${key} DEFAULT '',
  updated_at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP, closed_at datetime, close_reason text,
  ephemeral tinyint(1) DEFAULT 0, PRIMARY KEY (id), KEY idx_${table}_status (status), KEY idx_${table}_type (issue_type))`;

const dependencies = (table: string, schema: DoltSchema): string => {
  const common = `type varchar(32) NOT NULL DEFAULT 'blocks', created_at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP, created_by ${key} DEFAULT ''`;
  if (schema !== "1.0.5")
    return `CREATE TABLE ${table} (issue_id ${key} NOT NULL, depends_on_id ${key} NOT NULL, ${common},
      PRIMARY KEY (issue_id, depends_on_id), KEY idx_${table}_target (depends_on_id))`;
  return `CREATE TABLE ${table} (id char(36) NOT NULL, issue_id ${key} NOT NULL, ${common}, depends_on_issue_id ${key},
    depends_on_wisp_id ${key}, depends_on_external ${key}, PRIMARY KEY (id), KEY idx_${table}_issue (issue_id),
    KEY idx_${table}_type_external (type, depends_on_external), KEY idx_${table}_type_issue (type, depends_on_issue_id))`;
};

const labels = (table: string): string =>
  `CREATE TABLE ${table} (issue_id ${key} NOT NULL, label ${key} NOT NULL, PRIMARY KEY (issue_id, label),
    KEY idx_${table}_label (label))`;

const events = (table: string, schema: DoltSchema): string =>
  `CREATE TABLE ${table} (id ${schema === "0.50" ? "bigint NOT NULL AUTO_INCREMENT" : "char(36) NOT NULL"}, issue_id ${key} NOT NULL,
    event_type varchar(32) NOT NULL, actor ${key} NOT NULL DEFAULT '', old_value text, new_value text, comment text,
    created_at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (id), KEY idx_${table}_created (created_at))`;

/** The tables of a new database. */
export const tablesOf = (schema: DoltSchema): readonly string[] =>
  isRecorded(schema) ? [...recordedTables(schema).values()] : ownTables(schema);

/** Its tables are those that bd makes, with all that bd asks of their rows. */
export const isRecorded = (schema: DoltSchema): schema is RecordedSchema => schema.startsWith("v");

/** A dependency names its target in one of three columns. */
export const isSplit = (schema: DoltSchema): boolean => schema === "1.0.5" || isRecorded(schema);

const ownTables = (schema: DoltSchema): readonly string[] => [
  issues("issues"),
  dependencies("dependencies", schema),
  labels("labels"),
  events("events", schema),
  ...(schema === "0.50"
    ? []
    : [
        issues("wisps"),
        dependencies("wisp_dependencies", schema),
        labels("wisp_labels"),
        events("wisp_events", schema),
      ]),
];

/** Databases whose tables were recorded from the real programs, by the number of their last migration. */
export type RecordedSchema = "v49" | "v53" | "v66";

interface RecordedTable {
  /** Each with its type and its default, as the server tells them. */
  readonly columns: Readonly<Record<string, string>>;
  readonly primary: readonly string[];
  readonly unique?: Readonly<Record<string, readonly string[]>>;
  readonly indexes?: Readonly<Record<string, readonly string[]>>;
}

interface SchemaCase {
  readonly name: RecordedSchema;
  readonly source: string;
  readonly tables: Readonly<Record<string, RecordedTable>>;
}

/** What makes the tables of `tables/dolt-schemas.json`, by their names; a server that is not Dolt takes them as well. */
export const recordedTables = (schema: RecordedSchema): ReadonlyMap<string, string> => {
  const { cases } = JSON.parse(readFileSync(inPackage("tables/dolt-schemas.json"), "utf8")) as { cases: SchemaCase[] };
  const found = cases.find(({ name }) => name === schema);
  if (found === undefined) throw new Error(`There is no recording of the schema ${schema}`);
  return new Map(Object.entries(found.tables).map(([name, table]) => [name, created(name, table)]));
};

const created = (name: string, { columns, primary, unique = {}, indexes = {} }: RecordedTable): string => {
  // Elsewhere an index holds no more than 3,072 bytes.
  const parts = Object.entries(columns).map(([column, type]) => `\`${column}\` ${type.replace("(1024)", "(512)")}`);
  parts.push(`PRIMARY KEY (${listed(primary)})`);
  for (const [index, over] of Object.entries(unique)) parts.push(`UNIQUE KEY \`${index}\` (${listed(over)})`);
  for (const [index, over] of Object.entries(indexes)) parts.push(`KEY \`${index}\` (${listed(over)})`);
  return `CREATE TABLE ${name} (${parts.join(", ")})`;
};

const listed = (columns: readonly string[]): string => columns.map((column) => `\`${column}\``).join(", ");
