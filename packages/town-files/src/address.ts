import { join } from "node:path";
import { DatabaseError } from "@gastown/convoy-core";
import { type DoltStore, readText } from "./beads-dir.ts";
import { readYaml } from "./yaml.ts";

/** Where a Dolt SQL server listens, and how to sign in. Never to be printed. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** A database, and the server that has it. */
export interface DatabaseAddress {
  readonly server: ServerAddress;
  readonly database: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_PORT = 3307;
/** The name bd gives a database that nobody named. */
const DEFAULT_DATABASE = "beads";
const LONGEST_NAME = 64;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|::1)$/;

/**
 * Finds a database as gt and bd do. The port: `.dolt-data/config.yaml` of the town (unless the metadata name another
 * machine), `BEADS_DOLT_SERVER_PORT`, `GT_DOLT_PORT`, `.beads/dolt-server.port`, the metadata, 3307. Host and user:
 * environment, metadata, default. The password comes from the environment alone.
 *
 * @throws {DatabaseError} `unsupported` for embedded mode, `unreadable` for metadata that name no usable database
 */
export function addressOf({ beadsDir, metadata }: DoltStore, town: string, env: Environment): DatabaseAddress {
  if (metadata["dolt_mode"] !== "server") {
    throw new DatabaseError(
      "unsupported",
      beadsDir,
      `${beadsDir} keeps its issues in Dolt in embedded mode, which one process at a time can read`,
      "let a server hold it (`gt dolt start`, or `bd init --server`), so that others can read it, too",
    );
  }
  const known = text(metadata["dolt_server_host"]);
  const fromEnvironment = first(env, "BEADS_DOLT_SERVER_HOST", "GT_DOLT_HOST");
  const elsewhere = fromEnvironment === undefined && known !== undefined && !LOOPBACK.test(known);
  const port =
    (elsewhere ? undefined : configuredPort(town)) ??
    portOf(env["BEADS_DOLT_SERVER_PORT"]) ??
    portOf(env["GT_DOLT_PORT"]) ??
    portOf(readText(join(beadsDir, "dolt-server.port"))) ??
    portOf(metadata["dolt_server_port"]) ??
    DEFAULT_PORT;
  return {
    database: databaseName(beadsDir, metadata["dolt_database"]),
    server: {
      host: fromEnvironment ?? known ?? "127.0.0.1",
      port,
      user: first(env, "BEADS_DOLT_SERVER_USER", "GT_DOLT_USER") ?? text(metadata["dolt_server_user"]) ?? "root",
      password: first(env, "BEADS_DOLT_PASSWORD", "GT_DOLT_PASSWORD") ?? "",
    },
  };
}

function databaseName(beadsDir: string, name: unknown): string {
  const database = text(name) ?? DEFAULT_DATABASE;
  if (database.length <= LONGEST_NAME && !database.includes("\0")) return database;
  throw new DatabaseError(
    "unreadable",
    beadsDir,
    `${beadsDir} cannot be read: metadata.json names a database that no server can have`,
    "correct `dolt_database` in metadata.json",
  );
}

/** `listener.port` of the server's own configuration, as gt writes it. */
function configuredPort(town: string): number | undefined {
  return portOf(readYaml(readText(join(town, ".dolt-data", "config.yaml")) ?? "")("listener", "port"));
}

function portOf(value: unknown): number | undefined {
  const port = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof port === "number" && Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

function first(env: Environment, ...names: readonly string[]): string | undefined {
  return names.map((name) => text(env[name])).find((value) => value !== undefined);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
