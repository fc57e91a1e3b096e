import { isAbsolute, join } from "node:path";
import { DatabaseError } from "@gastown/convoy-core";
import { type Files, unreadable } from "./files.ts";
import type { Environment } from "./files.ts";
import { type Metadata, textOf } from "./metadata.ts";
import { dataDirOf } from "./port.ts";
import { portOf, type Said } from "./variables.ts";

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
 * @param serverDir as for a port
 * @throws {DatabaseError} when bd's note on its proxy cannot be understood: which server it leads to must not be guessed
 */
export function proxyInfoOf(
  beadsDir: string,
  metadata: Metadata,
  serverDir: string,
  shared: boolean,
  env: Environment,
  files: Files,
): ProxyInfo {
  const file = join(beadsDir, INFO);
  const text = files.text(file);
  const info = text === undefined ? {} : objectOf(text);
  if (info === undefined) throw unreadable(file, "it is not valid JSON", "correct it: bd needs it as well");
  const { external } = info;
  const root = textOf(env["BEADS_PROXIED_SERVER_ROOT_PATH"]) ?? textOf(info["root_path"]);
  return {
    root:
      root === undefined
        ? dataDirOf({ env, metadata, serverDir, shared })
        : isAbsolute(root)
          ? root
          : join(beadsDir, root),
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
