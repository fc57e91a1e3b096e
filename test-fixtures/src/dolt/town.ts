import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { installStandIns, type StandIns } from "../stand-ins.ts";
import { buildTown } from "../town/town.ts";
import type { Town } from "../town/types.ts";
import { createDoltBeads, type DoltBeads, quoted } from "./beads.ts";
import type { DoltSchema } from "./schema.ts";
import type { SqlServer } from "./server.ts";

export interface DoltTownOptions {
  /** Prefix of each rig, by its name. */
  readonly rigs?: Readonly<Record<string, string>>;
  readonly schema?: DoltSchema;
  /** Rigs, or `hq`, that are kept in SQLite as before. */
  readonly sqlite?: readonly string[];
  /** Put before the database names, so that towns can share a server. */
  readonly namespace?: string;
}

export interface DoltTown {
  readonly dir: string;
  /** The files; its methods write to SQLite, which is stale wherever Dolt is used. */
  readonly files: Town;
  /** The database of a rig, or of the town (`hq`). */
  beads(rig?: string): DoltBeads;
}

/** A town whose databases are on a server, with the stale SQLite files that a migration leaves beside them. */
export const buildDoltTown = async (
  dir: string,
  server: SqlServer,
  options: DoltTownOptions = {},
): Promise<DoltTown> => {
  const { rigs = { alpha: "al", beta: "be" }, schema = "1.0.0", sqlite = [], namespace = "" } = options;
  const inDolt = (name: string): { backend: "dolt"; doltPort: number; database: string } | undefined =>
    sqlite.includes(name) ? undefined : { backend: "dolt", doltPort: server.port, database: `${namespace}${name}` };
  const files = buildTown(dir, {
    hq: { ...inDolt("hq") },
    rigs: Object.fromEntries(Object.entries(rigs).map(([name, prefix]) => [name, { prefix, ...inDolt(name) }])),
  });
  const beads = new Map<string, DoltBeads>();
  for (const name of ["hq", ...Object.keys(rigs)])
    if (inDolt(name) !== undefined) beads.set(name, await createDoltBeads(server, `${namespace}${name}`, schema));
  return {
    dir,
    files,
    beads(rig = "hq") {
      const found = beads.get(rig);
      if (found === undefined) throw new Error(`${rig} is not kept on a server`);
      return found;
    },
  };
};

const program = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** `bd` without `activity`, and `gt` 1.0.1 as it behaves in a town on Dolt. */
export const installDoltStandIns = (dir: string): StandIns => {
  const standIns = installStandIns(dir, { programs: { bd: program("../programs/bd.ts"), gt: program("./gt.ts") } });
  standIns.control.set({ bd: { activity: "unknown", version: "1.0.0 (stand-in)" }, gt: { mode: "head" } });
  return standIns;
};

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
