import { join, resolve } from "node:path";
import { DatabaseError } from "@gastown/convoy-core";
import { type BdConfig, readYaml, type YamlValues } from "./bd-config.ts";
import { type Environment, type Files, textOr, unreadable } from "./files.ts";
import { type Metadata, portOf, type Said, said, textOf } from "./metadata.ts";

const DEFAULT_PORT = 3307;
/** Where bd's server for all projects of a user listens when nothing says otherwise. */
const SHARED_PORT = 3308;

/** What a port is looked for in. */
export interface PortQuestion {
  readonly town: string;
  readonly env: Environment;
  readonly files: Files;
  readonly config: BdConfig;
  readonly metadata: Metadata;
  /** Where bd notes the port of a server that it started: the beads directory, or that of the shared server. */
  readonly serverDir: string;
  readonly shared: boolean;
  /** The server is on this machine. */
  readonly local: boolean;
}

/**
 * Everything that names a port, the one that counts first: bd's order, with gt's between, which starts the town's server.
 *
 * bd: environment, port file (of a server on this machine), the `config.yaml` of the server's data, its own `config.yaml`,
 * `metadata.json`. gt: `GT_DOLT_PORT`, the `config.yaml` of the town's data, `mayor/daemon.json`. `BEADS_DOLT_PORT` is gt's
 * echo of them, and no longer leads bd anywhere.
 */
export function portsFor(question: PortQuestion): Said<number>[] {
  const { env, files, config, metadata, serverDir, shared, local } = question;
  const gts = local && !shared;
  const dataDir = dataDirOf(question);
  const configured = config("dolt.port");
  return [
    said("BEADS_DOLT_SERVER_PORT", portOf(env["BEADS_DOLT_SERVER_PORT"])),
    said("GT_DOLT_PORT", portOf(env["GT_DOLT_PORT"])),
    local ? said("dolt-server.port", portOf(textOr(files, join(serverDir, "dolt-server.port")))) : undefined,
    said(`listener.port in ${join(dataDir, "config.yaml")}`, portOf(serverConfig(files, dataDir)("listener.port"))),
    configured && said(configured.by, portOf(configured.value)),
    gts ? said(".dolt-data/config.yaml", portOf(managed(question)("listener.port"))) : undefined,
    gts ? said("mayor/daemon.json", portOf(daemonVariable(question, "GT_DOLT_PORT"))) : undefined,
    said("dolt_server_port in metadata.json", portOf(metadata["dolt_server_port"])),
    said("default", defaultPort(question)),
  ].filter((port) => port !== undefined);
}

/** A server on this machine that nothing names is none: bd gives it a port of its own when it starts it. */
function defaultPort({ town, files, shared, local }: PortQuestion): number | undefined {
  if (shared) return SHARED_PORT;
  return !local || files.isDirectory(join(town, ".dolt-data")) ? DEFAULT_PORT : undefined;
}

/** Where gt has the town's server listen, unless that is everywhere. */
export function managedHost(question: Pick<PortQuestion, "town" | "env" | "files">): Said | undefined {
  const listening = textOf(managed(question)("listener.host"));
  return (
    said(
      ".dolt-data/config.yaml",
      listening === undefined || /^(?:0\.0\.0\.0|::|\[::\])$/.test(listening) ? undefined : listening,
    ) ?? said("mayor/daemon.json", textOf(daemonVariable(question, "GT_DOLT_HOST")))
  );
}

/** What gt has configured the town's server with. */
function managed({ town, env, files }: Pick<PortQuestion, "town" | "env" | "files">): YamlValues {
  return env["GT_DOLT_IGNORE_CONFIG"] === "1" ? () => undefined : serverConfig(files, join(town, ".dolt-data"));
}

function serverConfig(files: Files, dataDir: string): YamlValues {
  return readYaml(textOr(files, join(dataDir, "config.yaml")));
}

/** Where a server keeps its data that bd starts for this place. */
function dataDirOf({
  env,
  metadata,
  serverDir,
  shared,
}: Omit<PortQuestion, "town" | "files" | "config" | "local">): string {
  const named = shared ? undefined : (textOf(env["BEADS_DOLT_DATA_DIR"]) ?? textOf(metadata["dolt_data_dir"]));
  return resolve(serverDir, named ?? "dolt");
}

/** A variable that gt's daemon gives what it starts. */
function daemonVariable({ town, files }: Pick<PortQuestion, "town" | "files">, name: string): unknown {
  const env = objectOf(textOr(files, join(town, "mayor", "daemon.json")))?.["env"];
  return typeof env === "object" && env !== null ? (env as Record<string, unknown>)[name] : undefined;
}

/** The server behind a proxy, where bd does not run it itself. */
export type ExternalServer = Readonly<Record<string, unknown>>;

/** What bd notes about its proxy. */
export interface ProxyInfo {
  /** Where the proxy keeps its own files. */
  readonly root: string;
  readonly external?: ExternalServer;
}

const INFO = "proxied_server_client_info.json";

/**
 * @throws {DatabaseError} when bd's note on its proxy cannot be understood: which server it leads to must not be guessed
 */
export function proxyInfoOf(beadsDir: string, metadata: Metadata, env: Environment, files: Files): ProxyInfo {
  const file = join(beadsDir, INFO);
  const text = files.text(file);
  const info = text === undefined ? {} : objectOf(text);
  if (info === undefined) throw unreadable(file, "it is not valid JSON", "correct it: bd needs it as well");
  const { external } = info;
  const root = textOf(env["BEADS_PROXIED_SERVER_ROOT_PATH"]) ?? textOf(info["root_path"]);
  return {
    root:
      root === undefined ? dataDirOf({ env, metadata, serverDir: beadsDir, shared: false }) : resolve(beadsDir, root),
    ...(typeof external === "object" && external !== null && { external: external as ExternalServer }),
  };
}

/**
 * The port at which bd's proxy listens now.
 *
 * @throws {DatabaseError} `unreachable` while none runs: bd ends it when nobody has asked for a while, and starts it with
 *   its next command
 */
export function proxyPort(beadsDir: string, root: string, files: Files): Said<number> {
  const file = join(root, "proxy.pid");
  const note = objectOf(files.text(file) ?? "{}") ?? {};
  const port = portOf(note["port"]);
  const pid = note["pid"];
  if (port !== undefined && typeof pid === "number" && pid > 0 && files.isAlive(pid)) return { value: port, by: file };
  throw new DatabaseError(
    "unreachable",
    beadsDir,
    `${beadsDir} keeps its issues behind bd's proxy (dolt_mode proxied-server), which is not running: bd ends it when nobody asks`,
    "it is waited for; any `bd` command there starts it",
  );
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
