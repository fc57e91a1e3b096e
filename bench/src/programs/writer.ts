// Closes the issues it is told on stdin (`{"file", "id"}`, one a line), each in a transaction, and says when it was
// committed: nanoseconds since the epoch by the system's clock, and by the monotonic one.
import { createInterface } from "node:readline";
import Database from "better-sqlite3";
import { epochOffset } from "../lib/clock.ts";

const open = new Map<string, Database.Database>();

for await (const line of createInterface({ input: process.stdin })) {
  const { file, id } = JSON.parse(line) as { file: string; id: string };
  let database = open.get(file);
  if (database === undefined) open.set(file, (database = new Database(file)));
  const offset = epochOffset();
  database.prepare("begin immediate").run();
  database
    .prepare(
      "update issues set status = 'closed', closed_at = datetime('now'), updated_at = datetime('now') where id = ?",
    )
    .run(id);
  database.prepare("insert into events (issue_id, event_type, actor) values (?, 'closed', 'bench')").run(id);
  database.prepare("commit").run();
  const at = process.hrtime.bigint();
  process.stdout.write(`${at + offset} ${at}\n`);
}
