import { readFileSync } from "node:fs";
import { inPackage } from "../package-dir.ts";

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
  for (const [key, over] of Object.entries(unique)) parts.push(`UNIQUE KEY \`${key}\` (${listed(over)})`);
  for (const [key, over] of Object.entries(indexes)) parts.push(`KEY \`${key}\` (${listed(over)})`);
  return `CREATE TABLE ${name} (${parts.join(", ")})`;
};

const listed = (columns: readonly string[]): string => columns.map((column) => `\`${column}\``).join(", ");
