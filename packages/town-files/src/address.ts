import { join } from "node:path";
import { DatabaseError } from "@gastown/convoy-core";
import { type BdConfig, bdConfigOf, passwordOf } from "./bd-config.ts";
import { type Environment, type Files, systemFiles } from "./files.ts";
import { isLocalHost, portOf, type Said, said, textOf } from "./metadata.ts";
import { type ExternalServer, managedHost, portsFor, proxyInfoOf, proxyPort } from "./port.ts";
import { type DoltMode, doltModeOf, type DoltStore } from "./store.ts";

/** Where a Dolt SQL server listens, and how to sign in. Never to be printed. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** A Unix socket, instead of host and port. */
  readonly socket?: string;
  /** Over TLS, with the server's certificate verified for this name. */
  readonly tls?: { readonly name: string; readonly caFile?: string };
  /** Prints a token that is shown as the user, as bd runs it: `sh -c`. */
  readonly credentialCommand?: string;
}

/** A part of an address that something decides. */
export type AddressPart = "mode" | "host" | "port" | "socket" | "user" | "password" | "tls" | "database";

/** A database, the server that has it, and why it is that one. */
export interface DatabaseAddress {
  readonly server: ServerAddress;
  readonly database: string;
  /** What the database must call its project, as in the store. */
  readonly projectId?: string;
  /** What decided each part: a variable, a file, or `default`. Holds no secret. */
  readonly decidedBy: Readonly<Partial<Record<AddressPart, string>>>;
  /** What names another port, and does not count, in words. */
  readonly overruled: readonly string[];
}

/**
 * Finds the server of a database as bd finds it, and as gt does where gt runs it.
 *
 * @throws {DatabaseError} `unsupported` when no server holds it, or it asks for what this program cannot do; `unreachable`
 *   when no server is known to run; `unreadable` when a file that decides says nothing usable
 */
export function addressOf(
  store: DoltStore,
  town: string,
  env: Environment,
  files: Files = systemFiles,
): DatabaseAddress {
  const { beadsDir, source, metadata, database, projectId, decidedBy } = store;
  const config = bdConfigOf({ dir: beadsDir, source }, town, env, files);
  const mode = doltModeOf(metadata, env, config);
  const found: Found = { store, town, env, files, config, mode };
  const server = mode.value === "proxied-server" ? behindProxy(found) : reachedAsServer(found);
  return {
    server: server.address,
    database,
    ...(projectId !== undefined && { projectId }),
    decidedBy: { mode: mode.by, database: decidedBy.database, ...server.decidedBy },
    overruled: server.overruled,
  };
}

interface Found {
  readonly store: DoltStore;
  readonly town: string;
  readonly env: Environment;
  readonly files: Files;
  readonly config: BdConfig;
  readonly mode: Said<DoltMode>;
}

interface Reached {
  readonly address: ServerAddress;
  readonly decidedBy: DatabaseAddress["decidedBy"];
  readonly overruled: readonly string[];
}

function reachedAsServer({ store, town, env, files, config, mode }: Found): Reached {
  const { beadsDir, metadata } = store;
  if (mode.value === "embedded") throw embedded(beadsDir, mode.by);
  const shared = mode.value === "shared-server";
  const question = { town, env, files };
  const host = said("BEADS_DOLT_SERVER_HOST", textOf(env["BEADS_DOLT_SERVER_HOST"])) ??
    said("GT_DOLT_HOST", textOf(env["GT_DOLT_HOST"])) ??
    said("dolt_server_host in metadata.json", textOf(metadata["dolt_server_host"])) ??
    config("dolt.host") ??
    (shared ? undefined : managedHost(question)) ?? { value: "127.0.0.1", by: "default" };
  const socket =
    said("BEADS_DOLT_SERVER_SOCKET", textOf(env["BEADS_DOLT_SERVER_SOCKET"])) ??
    said("dolt_server_socket in metadata.json", textOf(metadata["dolt_server_socket"]));
  const [port, ...others] = portsFor({
    ...question,
    config,
    metadata,
    serverDir: shared ? sharedDir(beadsDir, env) : beadsDir,
    shared,
    local: isLocalHost(host.value),
  });
  if (port === undefined && socket === undefined) throw notStarted(beadsDir);
  const user = said("BEADS_DOLT_SERVER_USER", textOf(env["BEADS_DOLT_SERVER_USER"])) ??
    said("GT_DOLT_USER", textOf(env["GT_DOLT_USER"])) ??
    said("dolt_server_user in metadata.json", textOf(metadata["dolt_server_user"])) ??
    config("dolt.user") ?? { value: "root", by: "default" };
  const password = passwordOf(host.value, port?.value ?? 0, env, files);
  const command = textOf(env["BEADS_DOLT_CREDENTIAL_COMMAND"]);
  const tls = tlsOf(env, metadata["dolt_server_tls"]);
  if (tls.value && socket !== undefined) throw tlsOverSocket(beadsDir, socket.by);
  return {
    address: {
      host: dialled(host.value),
      port: port?.value ?? 0,
      user: user.value,
      password: password?.value ?? "",
      ...(socket && { socket: socket.value }),
      ...(tls.value && { tls: { name: dialled(host.value) } }),
      ...(command !== undefined && { credentialCommand: command }),
    },
    decidedBy: {
      ...(socket ? { socket: socket.by } : { host: host.by, port: port?.by ?? "default" }),
      user: command === undefined ? user.by : "BEADS_DOLT_CREDENTIAL_COMMAND",
      password: password?.by ?? "none",
      ...(tls.value && { tls: tls.by }),
    },
    overruled: others
      .filter(({ value, by }) => by !== "default" && value !== port?.value)
      .map(({ value, by }) => `${by} names port ${value}`),
  };
}

/** bd's proxy signs in to a server that bd runs as `root`, without a password; another server is asked without the proxy. */
function behindProxy({ store, env, files }: Found): Reached {
  const { beadsDir, metadata } = store;
  const { root, external } = proxyInfoOf(beadsDir, metadata, env, files);
  if (external !== undefined) return behindNone(beadsDir, external, env);
  const port = proxyPort(beadsDir, root, files);
  return {
    address: { host: "127.0.0.1", port: port.value, user: "root", password: "" },
    decidedBy: { host: "default", port: port.by, user: "default", password: "none" },
    overruled: [],
  };
}

function behindNone(beadsDir: string, external: ExternalServer, env: Environment): Reached {
  const by = "external in proxied_server_client_info.json";
  const [host, socket] = [textOf(external["host"]), textOf(external["socket"])];
  const port = portOf(external["port"]);
  if (socket === undefined && (host === undefined || port === undefined))
    throw unsupported(beadsDir, `${by} names neither a socket nor host and port`);
  const tls = external["tls_required"] === true;
  if (tls && external["tls_skip_verify"] === true)
    throw unsupported(beadsDir, `${by} asks for TLS that trusts whatever answers`);
  if (tls && textOf(external["tls_cert"]) !== undefined)
    throw unsupported(beadsDir, `${by} asks for a client certificate`);
  const name = textOf(external["tls_server_name"]) ?? host;
  const caFile = textOf(external["tls_ca_cert"]);
  if (tls && (socket !== undefined || name === undefined)) throw tlsOverSocket(beadsDir, by);
  const password = env["BEADS_PROXIED_SERVER_EXTERNAL_PASSWORD"] ?? "";
  return {
    address: {
      host: dialled(host ?? "127.0.0.1"),
      port: port ?? 0,
      user: textOf(external["user"]) ?? "root",
      password,
      ...(socket !== undefined && { socket }),
      ...(tls && name !== undefined && { tls: { name, ...(caFile !== undefined && { caFile }) } }),
    },
    decidedBy: {
      ...(socket === undefined ? { host: by, port: by } : { socket: by }),
      user: external["user"] === undefined ? "default" : by,
      password: password === "" ? "none" : "BEADS_PROXIED_SERVER_EXTERNAL_PASSWORD",
      ...(tls && { tls: by }),
    },
    overruled: [],
  };
}

function tlsOf(env: Environment, inMetadata: unknown): Said<boolean> {
  const set = textOf(env["BEADS_DOLT_SERVER_TLS"]);
  if (set !== undefined) return { value: /^(?:1|true)$/i.test(set), by: "BEADS_DOLT_SERVER_TLS" };
  return { value: /^(?:1|true)$/i.test(textOf(inMetadata) ?? ""), by: "dolt_server_tls in metadata.json" };
}

function sharedDir(beadsDir: string, env: Environment): string {
  const named = textOf(env["BEADS_SHARED_SERVER_DIR"]);
  const home = textOf(env["HOME"]);
  return named ?? (home === undefined ? beadsDir : join(home, ".beads", "shared-server"));
}

/** What is given to the system: it knows no brackets, and nobody listens at "everywhere". */
function dialled(host: string): string {
  const bare = host.trim().replace(/^\[(.*)\]$/, "$1");
  return bare === "0.0.0.0" ? "127.0.0.1" : bare;
}

function embedded(beadsDir: string, by: string): DatabaseError {
  return new DatabaseError(
    "unsupported",
    beadsDir,
    `${beadsDir} keeps its issues in Dolt in embedded mode (${by === "default" ? "nothing names a server" : by}), which one process at a time can read`,
    "let a server hold it (`gt dolt start`, or `bd init --server`), so that others can read it, too",
  );
}

function notStarted(beadsDir: string): DatabaseError {
  return new DatabaseError(
    "unreachable",
    beadsDir,
    `${beadsDir} keeps its issues on a Dolt server of its own, and nothing names its port: bd starts it when it is needed`,
    "it is waited for; any `bd` command there starts it, and `bd dolt status` tells its port",
  );
}

function tlsOverSocket(beadsDir: string, by: string): DatabaseError {
  return unsupported(beadsDir, `it asks for TLS over a Unix socket (${by}), where no name can be verified`);
}

function unsupported(beadsDir: string, what: string): DatabaseError {
  return new DatabaseError(
    "unsupported",
    beadsDir,
    `${beadsDir} keeps its issues on a Dolt server that cannot be asked: ${what}`,
    "nothing is sent to it: change what is named here, or take it away",
  );
}
