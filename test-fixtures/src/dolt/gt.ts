import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import mysql from "mysql2/promise";
import { appendMail } from "../control.ts";
import { err, fail, finish, logStart, out, parseArgs, standInDir, state } from "../programs/lib/stand-in.ts";
import { townRoot } from "../town/places.ts";

// A stand-in for gt 1.0.1 in a town on Dolt: it takes every issue of a rig for open, and closes such a convoy only by force.

const argv = process.argv.slice(2);
logStart("gt", argv);
const args = parseArgs(argv, ["--reason", "--notify"]);
const [group, command, id = ""] = args.words;
if (args.flag("--version") || group === "version") {
  out("gt version 1.0.1 (stand-in)\n");
  finish(0);
}
if (group !== "convoy" || (command !== "check" && command !== "close"))
  fail(`Error: unknown command "${command}" for "gt"`);
const control = state().gt ?? {};
await sleep(control.delayMs ?? 0);
if (control.mode === "fails") fail(control.stderr ?? "Error: listing convoys: database is locked");

const root = townRoot(process.cwd()) ?? fail("Error: not in a Gas Town workspace");
const metadata = JSON.parse(readFileSync(join(root, ".beads/metadata.json"), "utf8")) as Record<string, unknown>;
const connection = await mysql.createConnection({
  host: "127.0.0.1",
  port: Number(metadata["dolt_server_port"]),
  user: "root",
  database: String(metadata["dolt_database"]),
});
const query = async (text: string, values: readonly string[]): Promise<Record<string, unknown>[]> => {
  const [rows] = await connection.query(text, [...values]);
  return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
};
const end = async (text: string, exitCode = 0): Promise<never> => {
  await connection.end();
  if (exitCode === 0) out(text);
  else err(text);
  return finish(exitCode);
};

const [convoy] = await query("SELECT id, title, status FROM issues WHERE id = ?", [id]);
if (convoy === undefined) await end(`Error: convoy '${id}' not found\n`, 1);
if (convoy?.["status"] === "closed") await end(`○ Convoy ${id} is already closed\n`);
const targets = (await query("SELECT * FROM dependencies WHERE issue_id = ? AND type = 'tracks'", [id])).map((row) =>
  String(row["depends_on_id"] ?? row["depends_on_issue_id"] ?? row["depends_on_wisp_id"] ?? row["depends_on_external"]),
);
let open = 0;
for (const target of targets) {
  const [issue] = await query("SELECT status FROM issues WHERE id = ?", [target]);
  if (issue?.["status"] !== "closed") open += 1;
}
if (open > 0 && command === "check") await end(`○ Convoy ${id} has ${open} open issue(s) remaining\n`);
if (open > 0 && !args.flag("--force", "-f"))
  await end(`Error: convoy has ${open} open issue(s)\n  Use --force to close anyway.\n`, 1);
if (control.mode !== "lies") {
  await query(
    "UPDATE issues SET status = 'closed', closed_at = UTC_TIMESTAMP(), updated_at = UTC_TIMESTAMP() WHERE id = ?",
    [id],
  );
  if (standInDir !== undefined)
    appendMail(standInDir, {
      to: "mayor/",
      convoy: id,
      subject: `🚚 Convoy landed: ${String(convoy?.["title"])}`,
      body: "",
      time: Date.now(),
    });
}
await end(`✓ ${command === "check" ? "Auto-closed" : "Closed"} convoy 🚚 ${id}: ${String(convoy?.["title"])}\n`);
