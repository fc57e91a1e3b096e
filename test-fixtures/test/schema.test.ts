import { readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { buildTown, copyRecordedTown, tempDir } from "../src/index.ts";
import { describeSchema } from "./helpers/describe-schema.ts";
import { itRecorded } from "./helpers/run.ts";

const expected: unknown = JSON.parse(readFileSync(join(import.meta.dirname, "data/schema-0.47.1.json"), "utf8"));

it("has the tables, columns, indexes, foreign keys and views of bd 0.47.1", () => {
  using dir = tempDir();
  expect(describeSchema(buildTown(dir.path).db())).toEqual(expected);
});

itRecorded("has the schema of the recorded town", () => {
  using dir = tempDir();
  const built = describeSchema(buildTown(join(dir.path, "built")).db());
  const recorded = copyRecordedTown(dir.path);
  for (const rig of [".", "alpha", "beta"])
    expect({ rig, ...built }).toEqual({ rig, ...describeSchema(join(recorded, rig, ".beads/beads.db")) });
});

it("holds bd's checks", () => {
  using dir = tempDir();
  const db = new Database(buildTown(dir.path).db());
  const insert = (columns: string, values: string) => () =>
    db.exec(`INSERT INTO issues (id, title, ${columns}) VALUES ('hq-1', 'x', ${values})`);
  expect(insert("status", "'closed'")).toThrow("CHECK constraint failed");
  expect(insert("status, closed_at", "'open', '2026-01-12'")).toThrow("CHECK constraint failed");
  expect(insert("priority", "5")).toThrow("CHECK constraint failed");
  expect(() => db.exec(`INSERT INTO issues (id, title) VALUES ('hq-1', '${"x".repeat(501)}')`)).toThrow("CHECK");
  expect(() => db.exec("INSERT INTO labels VALUES ('hq-none', 'x')")).toThrow("FOREIGN KEY constraint failed");
  db.exec("INSERT INTO issues (id, title, status) VALUES ('hq-1', 'x', 'tombstone')");
  db.close();
});

const issueColumns = (file: string): string[] =>
  describeSchema(file).tables["issues"]?.columns.map(([name]) => name) ?? [];

it("0.46 lacks what came with 0.47", () => {
  using dir = tempDir();
  const before = issueColumns(buildTown(join(dir.path, "a"), { schema: "0.46" }).db());
  const after = issueColumns(buildTown(join(dir.path, "b")).db());
  expect(after.filter((name) => !before.includes(name))).toEqual([
    "owner",
    "crystallizes",
    "work_type",
    "quality_score",
    "source_system",
  ]);
});

it("0.49.6 has three columns more", () => {
  using dir = tempDir();
  const columns = issueColumns(buildTown(dir.path, { schema: "0.49.6" }).db());
  expect(columns.slice(-4)).toEqual(["defer_until", "metadata", "wisp_type", "spec_id"]);
});

it("minimal has two tables and five columns", () => {
  using dir = tempDir();
  const { tables, views } = describeSchema(buildTown(dir.path, { schema: "minimal" }).db());
  const columns = Object.entries(tables).map(([name, table]) => [name, ...table.columns.map(([column]) => column)]);
  expect(columns).toEqual([
    ["dependencies", "issue_id", "depends_on_id", "type"],
    ["issues", "id", "status"],
  ]);
  expect(views).toEqual([]);
});

it.each(["wal", "delete"] as const)("keeps its journal as %s", (journal) => {
  using dir = tempDir();
  const db = new Database(buildTown(dir.path, { journal }).db());
  expect(db.pragma("journal_mode", { simple: true })).toBe(journal);
  expect(db.pragma("user_version", { simple: true })).toBe(0);
  db.close();
});
