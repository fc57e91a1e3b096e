import { isAbsolute, join } from "node:path";
import { type BdConfig, readYaml } from "./bd-config.ts";
import { type Environment, type Files, textOr } from "./files.ts";
import { type Metadata, textOf } from "./metadata.ts";
import { portOf, type Said, said } from "./variables.ts";

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
  const { town, env, files, config, metadata, serverDir, shared, local } = question;
  const gts = local && !shared;
  const dataDir = dataDirOf(question);
  const configured = config("dolt.port");
  return [
    said("BEADS_DOLT_SERVER_PORT", portOf(env["BEADS_DOLT_SERVER_PORT"])),
    said("GT_DOLT_PORT", portOf(env["GT_DOLT_PORT"])),
    local ? said("dolt-server.port", portOf(textOr(files, join(serverDir, "dolt-server.port")))) : undefined,
    said(`listener.port in ${join(dataDir, "config.yaml")}`, listener(files, dataDir, "port")),
    configured && said(configured.by, portOf(configured.value)),
    gts ? said(".dolt-data/config.yaml", managed(question, "port")) : undefined,
    gts ? said("mayor/daemon.json", portOf(daemonVariable(town, files, "GT_DOLT_PORT"))) : undefined,
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
  const { town, files } = question;
  const listening = textOf(managed(question, "host"));
  return (
    said(
      ".dolt-data/config.yaml",
      listening === undefined || /^(?:0\.0\.0\.0|::|\[::\])$/.test(listening) ? undefined : listening,
    ) ?? said("mayor/daemon.json", textOf(daemonVariable(town, files, "GT_DOLT_HOST")))
  );
}

function managed(question: Pick<PortQuestion, "town" | "env" | "files">, key: "port"): number | undefined;
function managed(question: Pick<PortQuestion, "town" | "env" | "files">, key: "host"): string | undefined;
function managed(
  { town, env, files }: Pick<PortQuestion, "town" | "env" | "files">,
  key: "port" | "host",
): number | string | undefined {
  if (env["GT_DOLT_IGNORE_CONFIG"] === "1") return undefined;
  return key === "port"
    ? listener(files, join(town, ".dolt-data"), key)
    : listener(files, join(town, ".dolt-data"), key);
}

function listener(files: Files, dataDir: string, key: "port"): number | undefined;
function listener(files: Files, dataDir: string, key: "host"): string | undefined;
function listener(files: Files, dataDir: string, key: "port" | "host"): number | string | undefined {
  const value = readYaml(textOr(files, join(dataDir, "config.yaml")))(`listener.${key}`);
  return key === "port" ? portOf(value) : value;
}

/** Where a server keeps its data that bd starts for this place. */
export function dataDirOf({
  env,
  metadata,
  serverDir,
  shared,
}: Pick<PortQuestion, "env" | "metadata" | "serverDir" | "shared">): string {
  const named = shared ? undefined : (textOf(env["BEADS_DOLT_DATA_DIR"]) ?? textOf(metadata["dolt_data_dir"]));
  if (named === undefined) return join(serverDir, "dolt");
  return isAbsolute(named) ? named : join(serverDir, named);
}

/** A variable that gt's daemon gives what it starts. */
function daemonVariable(town: string, files: Files, name: string): unknown {
  try {
    const value: unknown = JSON.parse(textOr(files, join(town, "mayor", "daemon.json")));
    const env = typeof value === "object" && value !== null && "env" in value ? value.env : undefined;
    return typeof env === "object" && env !== null ? (env as Record<string, unknown>)[name] : undefined;
  } catch {
    return undefined;
  }
}
