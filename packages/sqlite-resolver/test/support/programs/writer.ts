// Another process that writes: one JSON request a line on stdin, one JSON answer a line on stdout.
import { createInterface } from "node:readline";
import { buildTown, openTown, type Town } from "@gastown/test-fixtures";
import Database from "better-sqlite3";
import type { Request } from "../writer.ts";

const kept = new Map<string, Database.Database>();

const sql = (db: Database.Database, text: string): unknown => {
  try {
    const statement = db.prepare(text);
    return statement.reader ? statement.all() : statement.run().changes;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return db.exec(text) && null;
  }
};

const answer = (request: Request): unknown => {
  if (request.kind === "build") return buildTown(request.town, request.options) && null;
  if (request.kind === "town") {
    const town = openTown(request.town) as unknown as Record<keyof Town, (...args: readonly unknown[]) => unknown>;
    return town[request.call](...request.args) ?? null;
  }
  const db = kept.get(request.file) ?? new Database(request.file, { fileMustExist: true, timeout: 10_000 });
  if (request.keep) kept.set(request.file, db);
  try {
    return sql(db, request.sql);
  } finally {
    if (!kept.has(request.file)) db.close();
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  try {
    process.stdout.write(`${JSON.stringify({ value: answer(JSON.parse(line)) })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`);
  }
}
