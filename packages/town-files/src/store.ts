import { basename, isAbsolute, join } from "node:path";
import { DatabaseError } from "@gastown/convoy-core";
import { type BdConfig, bdConfigOf } from "./bd-config.ts";
import { type Environment, type Files, systemFiles, unreadable } from "./files.ts";
import { isLocalHost, type Metadata, readMetadata, type Said, said, textOf } from "./metadata.ts";
import { type BeadsDir, isDatabaseName } from "./places.ts";

/** What a `.beads` directory keeps its issues in. */
export type Store = SqliteStore | DoltStore;

/** A SQLite file, as beads before 0.51 keeps its issues. */
export interface SqliteStore {
  readonly kind: "sqlite";
  readonly file: string;
  /** What says so. */
  readonly decidedBy: string;
}

/** A Dolt database. Where its server is, `addressOf` says. */
export interface DoltStore {
  readonly kind: "dolt";
  /** The directory that holds it, after redirects. */
  readonly beadsDir: string;
  /** The place's own `.beads`. */
  readonly source: string;
  /** Of the directory that holds it. */
  readonly metadata: Metadata;
  /** Its name on the server. */
  readonly database: string;
  /** `project_id` of the `metadata.json` that names it: a database with another one is another project's. */
  readonly projectId?: string;
  /** What says that it is Dolt, and what says its name. */
  readonly decidedBy: { readonly store: string; readonly database: string };
}

/** The name bd gives a database that nobody named. */
const DEFAULT_DATABASE = "beads";
const LONGEST_NAME = 64;
const DOLT_KEY = /^dolt_/;

/**
 * What the directory keeps its issues in, as bd decides it.
 *
 * @throws {DatabaseError} when `metadata.json` cannot be understood: what it says of the store must not be guessed
 */
export function storeOf(place: BeadsDir, town: string, env: Environment, files: Files = systemFiles): Store {
  const { dir } = place;
  const metadata = readMetadata(dir, files);
  const backend = metadata["backend"] ?? "";
  if (backend === "dolt") return doltStore(place, metadata, "backend in metadata.json", env, files);
  if (backend === "sqlite") return sqliteStore(dir, metadata, "backend in metadata.json", files);
  if (backend !== "") throw unknownBackend(dir, backend);
  const dolt = signOfDolt(place, metadata, town, env, files);
  return dolt === undefined
    ? sqliteStore(dir, metadata, "no sign of Dolt", files)
    : doltStore(place, metadata, dolt, env, files);
}

/** No `backend` means Dolt since beads 0.51, and SQLite before. */
function signOfDolt(
  place: BeadsDir,
  metadata: Metadata,
  town: string,
  env: Environment,
  files: Files,
): string | undefined {
  const key = Object.keys(metadata).find((name) => DOLT_KEY.test(name) && textOf(metadata[name]) !== undefined);
  if (key !== undefined) return `${key} in metadata.json`;
  if (metadata["database"] === "dolt") return "database in metadata.json";
  if (files.names(place.dir).some(isDatabaseName)) return undefined;
  const config = bdConfigOf(place, town, env, files);
  const server = serverMode(metadata, env, config);
  if (server !== undefined) return server.by;
  return ["embeddeddolt", "dolt"].map((name) => join(place.dir, name)).find(files.isDirectory);
}

function doltStore(place: BeadsDir, metadata: Metadata, store: string, env: Environment, files: Files): DoltStore {
  const { dir, source } = place;
  const own = source === dir ? undefined : ownIdentity(source, metadata, files);
  const database = databaseOf(own, metadata, env);
  const projectId = textOf((own ?? metadata)["project_id"]);
  if (database.value.length > LONGEST_NAME || database.value.includes("\0")) {
    throw unreadable(
      dir,
      `${database.by} names a database that no server can have`,
      "correct `dolt_database` in metadata.json",
    );
  }
  return {
    kind: "dolt",
    beadsDir: dir,
    source,
    metadata,
    database: database.value,
    ...(projectId !== undefined && { projectId }),
    decidedBy: { store, database: database.by },
  };
}

/**
 * A redirect takes the server of its target, and keeps the name of its source. `BEADS_DOLT_SERVER_DATABASE` names one
 * database, and a town has many: it counts only where no file names one (gt takes it out of the environment of its bd).
 */
function databaseOf(own: Metadata | undefined, metadata: Metadata, env: Environment): Said {
  return (
    said("dolt_database beside the redirect", textOf(own?.["dolt_database"])) ??
    said("dolt_database in metadata.json", textOf(metadata["dolt_database"])) ??
    said("BEADS_DOLT_SERVER_DATABASE", textOf(env["BEADS_DOLT_SERVER_DATABASE"])) ?? {
      value: DEFAULT_DATABASE,
      by: "default",
    }
  );
}

/** What a redirect's source says of its database; undefined when it names none, or a directory instead of one on a server. */
function ownIdentity(source: string, target: Metadata, files: Files): Metadata | undefined {
  try {
    const own = readMetadata(source, files);
    const stray = modeIn(own) === "embedded" && ["server", "proxied-server"].includes(modeIn(target) ?? "");
    return textOf(own["dolt_database"]) === undefined || stray ? undefined : own;
  } catch (error) {
    if (error instanceof DatabaseError) return undefined;
    throw error;
  }
}

function modeIn(metadata: Metadata): string | undefined {
  return textOf(metadata["dolt_mode"])?.toLowerCase();
}

/** The file that `metadata.json` names, else `beads.db`, else whatever database lies there. */
function sqliteStore(dir: string, metadata: Metadata, by: string, files: Files): SqliteStore {
  const key = textOf(metadata["sqlite_path"]) === undefined ? "database" : "sqlite_path";
  const named = textOf(metadata[key]);
  if (named !== undefined && !isPlainName(named))
    throw unreadable(dir, `metadata.json names a database outside of it, "${named}"`);
  const found: Said | undefined =
    (named === undefined || named.includes("\0") || !files.exists(join(dir, named))
      ? undefined
      : { value: named, by: `${key} in metadata.json` }) ??
    (files.exists(join(dir, "beads.db")) ? { value: "beads.db", by } : undefined) ??
    said(`the only database in ${dir}`, files.names(dir).find(isDatabaseName));
  const { value, by: decidedBy } = found ?? { value: named ?? "beads.db", by };
  return { kind: "sqlite", file: join(dir, value), decidedBy };
}

function isPlainName(name: string): boolean {
  return !isAbsolute(name) && basename(name) === name && name !== "." && name !== "..";
}

function unknownBackend(dir: string, backend: unknown): DatabaseError {
  return new DatabaseError(
    "unsupported",
    dir,
    `${dir} keeps its issues in ${JSON.stringify(backend)}, which this program does not know`,
    "see whether there is a newer release of convoy-cli",
  );
}

/** How a Dolt database is reached. */
export type DoltMode = "server" | "shared-server" | "proxied-server" | "embedded";

/** Whether a server holds the database, decided as bd decides it. */
export function doltModeOf(metadata: Metadata, env: Environment, config: BdConfig): Said<DoltMode> {
  const named = modeIn(metadata);
  if (named === "proxied-server") return { value: "proxied-server", by: "dolt_mode in metadata.json" };
  const shared = sharedServer(env, config);
  if (shared !== undefined) return { value: "shared-server", by: shared };
  return (
    serverMode(metadata, env, config) ?? {
      value: "embedded",
      by: named === undefined ? "default" : "dolt_mode in metadata.json",
    }
  );
}

/** What says that there is a server; undefined when nothing does. */
export function serverMode(metadata: Metadata, env: Environment, config: BdConfig): Said<"server"> | undefined {
  const by = (what: string | undefined): Said<"server"> | undefined =>
    what === undefined ? undefined : { value: "server", by: what };
  if (env["BEADS_DOLT_SERVER_MODE"] === "1") return by("BEADS_DOLT_SERVER_MODE");
  const fromEnvironment = textOf(env["BEADS_DOLT_SERVER_HOST"]);
  if (fromEnvironment !== undefined && !isLocalHost(fromEnvironment)) return by("BEADS_DOLT_SERVER_HOST");
  const named = modeIn(metadata);
  if (named !== undefined) return by(named === "server" ? "dolt_mode in metadata.json" : undefined);
  const host = textOf(metadata["dolt_server_host"]);
  // A host in the environment decides alone; so does each of the next ones.
  if (fromEnvironment === undefined && host !== undefined && !isLocalHost(host))
    return by("dolt_server_host in metadata.json");
  const mode = config("dolt.mode");
  if (mode !== undefined) return by(mode.value.toLowerCase() === "server" ? mode.by : undefined);
  if (fromEnvironment !== undefined || host !== undefined) return undefined;
  const configured = config("dolt.host");
  return by(configured === undefined || isLocalHost(configured.value) ? undefined : configured.by);
}

function sharedServer(env: Environment, config: BdConfig): string | undefined {
  if (/^(?:1|true)$/i.test(env["BEADS_DOLT_SHARED_SERVER"] ?? "")) return "BEADS_DOLT_SHARED_SERVER";
  const configured = config("dolt.shared-server");
  return configured !== undefined && /^(?:1|t|true)$/i.test(configured.value) ? configured.by : undefined;
}
