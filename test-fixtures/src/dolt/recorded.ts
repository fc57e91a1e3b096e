import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { quoted } from "./beads.ts";
import type { SqlServer } from "./server.ts";

const repositoryRoot = fileURLToPath(new URL("../../../", import.meta.url));

/** Directory of the recording of a real town on Dolt, when this machine has it. `SHARED_DIR` says where else to look. */
export const recordedDoltTown = (): string | undefined => {
  const dir = resolve(process.env["SHARED_DIR"] ?? join(repositoryRoot, "../shared"), "real-town-dolt");
  return existsSync(join(dir, "hq.sql")) ? dir : undefined;
};

/** Loads one of the dumps into a database of this name. */
export const loadDump = async (server: SqlServer, dump: string, database: string): Promise<void> => {
  const text = readFileSync(dump, "utf8");
  const adapted =
    server.kind === "dolt"
      ? text
      : text
          .replaceAll("utf8mb4_0900_bin", "utf8mb4_bin")
          .replaceAll("`spec_id` varchar(1024)", "`spec_id` varchar(512)");
  const name = quoted(database);
  const lax = server.kind === "dolt" ? "" : "SET SESSION sql_mode = '';";
  await server.query(
    `${lax}DROP DATABASE IF EXISTS ${name}; CREATE DATABASE ${name}; USE ${name}; SET FOREIGN_KEY_CHECKS = 0`,
  );
  await server.query(adapted);
};

/** The recorded town in `dir`, its three databases on this server; gives the town's root. */
export const loadRecordedDoltTown = async (server: SqlServer, dir: string): Promise<string> => {
  const recorded = recordedDoltTown();
  if (recorded === undefined) throw new Error("There is no recorded town on Dolt on this machine: set SHARED_DIR");
  const town = join(dir, "town");
  cpSync(join(recorded, "town"), town, { recursive: true });
  mkdirSync(join(town, "mayor"), { recursive: true });
  writeFileSync(join(town, "mayor/town.json"), JSON.stringify({ type: "town", version: 2, name: "town" }));
  for (const [path, database] of [
    [".", "hq"],
    ["alpha", "alpha"],
    ["beta", "beta"],
  ] as const) {
    await loadDump(server, join(recorded, `${database}.sql`), database);
    const file = join(town, path, ".beads/metadata.json");
    const metadata = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...metadata, dolt_server_port: server.port }, null, 2));
  }
  return town;
};
