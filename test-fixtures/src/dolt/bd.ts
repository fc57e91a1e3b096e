import { readFileSync } from "node:fs";
import { join } from "node:path";
import mysql from "mysql2/promise";
import { err, fail, finish, logStart, out, parseArgs, state } from "../programs/lib/stand-in.ts";
import { localBeadsDir, routedBeadsDir, townRoot } from "../town/places.ts";
import { type DoltBeads, doltBeads } from "./beads.ts";

// A stand-in for bd 1.0 in a town on Dolt: closes and deletes where an id is at home, and has no `activity` and no daemon.

const argv = process.argv.slice(2);
logStart("bd", argv);
const args = parseArgs(argv, ["--reason", "-r", "--actor"]);
const [command = "", ...ids] = args.words;
if (args.flag("--version") || command === "version") {
  out(`bd version ${state().bd?.version ?? "1.0.0 (stand-in)"}\n`);
  finish(0);
}
if (command !== "close" && command !== "delete")
  fail(`Error: unknown command "${command}" for "bd"\nRun 'bd --help' for usage.`);

const change = async (beads: DoltBeads, id: string): Promise<void> => {
  if ((await beads.status(id)) === undefined) {
    err(`Error: resolving ID ${id}: no issue found matching "${id}"\n`);
    process.exitCode = 1;
  } else if (command === "close") {
    await beads.close(id);
    out(`✓ Closed ${id}: ${args.value("--reason", "-r") ?? "Closed"}\n`);
  } else {
    await beads.remove(id);
    out(`✓ Deleted ${id}\n`);
  }
};

const town = townRoot(process.cwd());
for (const id of ids) {
  const dir = (town === undefined ? undefined : routedBeadsDir(town, id)) ?? localBeadsDir(process.cwd());
  if (dir === undefined) fail("Error: no beads database found");
  const metadata = JSON.parse(readFileSync(join(dir ?? "", "metadata.json"), "utf8")) as Record<string, unknown>;
  const port = Number(metadata["dolt_server_port"]);
  const connection = await mysql.createConnection({ host: "127.0.0.1", port, user: "root" });
  const query = async (text: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> => {
    const [rows] = await connection.query(text, [...values]);
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  };
  await change(doltBeads({ query }, String(metadata["dolt_database"]), "1.0.0"), id);
  await connection.end();
}
finish(Number(process.exitCode ?? 0));
