import { join } from "node:path";
import { DatabaseError, parseRoutes } from "@gastown/convoy-core";
import { addressOf, type DatabaseAddress } from "./address.ts";
import { type Environment, type Files, systemFiles, textOr } from "./files.ts";
import { textOf } from "./metadata.ts";
import { beadsDirOf } from "./places.ts";
import { storeOf } from "./store.ts";

/** What decides where a town's databases are and how to sign in, as far as the environment may decide it. */
const DECIDING = [
  "BEADS_DOLT_SERVER_MODE",
  "BEADS_DOLT_SHARED_SERVER",
  "BEADS_SHARED_SERVER_DIR",
  "BEADS_DOLT_SERVER_HOST",
  "BEADS_DOLT_SERVER_PORT",
  "BEADS_DOLT_SERVER_SOCKET",
  "BEADS_DOLT_SERVER_TLS",
  "BEADS_DOLT_SERVER_USER",
  "BEADS_DOLT_SERVER_DATABASE",
  "BEADS_DOLT_PASSWORD",
  "BEADS_CREDENTIALS_FILE",
  "BEADS_DOLT_CREDENTIAL_COMMAND",
  "BEADS_DOLT_DATA_DIR",
  "BEADS_PROXIED_SERVER_ROOT_PATH",
  "BEADS_PROXIED_SERVER_EXTERNAL_PASSWORD",
  "BD_DOLT_MODE",
  "BD_DOLT_HOST",
  "BD_DOLT_PORT",
  "BD_DOLT_USER",
  "BD_DOLT_SHARED_SERVER",
  "BD_MIGRATION_FREEZE_FILE",
  "GT_DOLT_HOST",
  "GT_DOLT_PORT",
  "GT_DOLT_USER",
  "GT_DOLT_PASSWORD",
  "GT_DOLT_IGNORE_CONFIG",
  "SSL_CERT_FILE",
  "NODE_EXTRA_CA_CERTS",
] as const;

/** Those whose value must be written nowhere. */
const SECRET = /PASSWORD$|CREDENTIAL_COMMAND$/;

/** A variable that is set. */
export interface SetVariable {
  readonly name: string;
  /** Its value is a secret, or makes one. */
  readonly secret: boolean;
}

/** The variables of this environment that decide where databases are found, in a stable order. */
export function decidingVariables(env: Environment): readonly SetVariable[] {
  return DECIDING.filter((name) => textOf(env[name]) !== undefined).map((name) => ({
    name,
    secret: SECRET.test(name),
  }));
}

/** What looks as if it decided something, and does not; in words. */
const UNREAD: Readonly<Record<string, string>> = {
  BEADS_DOLT_PORT: "bd no longer goes by it: BEADS_DOLT_SERVER_PORT is its name",
  BEADS_DOLT_HOST: "bd never went by it: BEADS_DOLT_SERVER_HOST is its name",
  BEADS_DOLT_DATABASE: "bd does not go by it: dolt_database in metadata.json names the database",
  BEADS_DOLT_SERVER_DATABASE:
    "it names one database, and a town has many: it counts only where metadata.json names none",
  BD_DB: "it would lead bd to one database for the whole town",
};

/** The variables that are set and not followed, with why. */
export function unreadVariables(env: Environment): readonly { readonly name: string; readonly why: string }[] {
  return Object.entries(UNREAD)
    .filter(([name]) => textOf(env[name]) !== undefined)
    .map(([name, why]) => ({ name, why }));
}

/** What a service needs of the environment it is set up in, so that it finds the same databases. Names, in a stable order. */
export interface NeededVariables {
  /** Those whose values may be written down. */
  readonly plain: readonly string[];
  /** Secrets, and commands that print one: they belong into no file of a service. */
  readonly secret: readonly string[];
}

const NONE: NeededVariables = { plain: [], secret: [] };

/**
 * Which variables of this environment a process without them would miss: none when it finds the same addresses, and signs
 * in the same way, by the town's files alone.
 */
export function neededVariables(town: string, env: Environment, files: Files = systemFiles): NeededVariables {
  const set = decidingVariables(env);
  const names = set.map(({ name }) => name);
  const bare = Object.fromEntries(Object.entries(env).filter(([name]) => !(names as readonly string[]).includes(name)));
  if (set.length === 0 || found(town, env, files) === found(town, bare, files)) return NONE;
  return {
    plain: set.filter(({ secret }) => !secret).map(({ name }) => name),
    secret: set.filter(({ secret }) => secret).map(({ name }) => name),
  };
}

/** Every place's address, or why there is none, and what else the environment alone decides. */
function found(town: string, env: Environment, files: Files): string {
  const { routes } = parseRoutes(textOr(files, join(town, ".beads", "routes.jsonl")));
  const addresses = [".", ...routes.map(({ path }) => path)].map((path) => addressAt(town, path, env, files));
  const overTls = addresses.some((address) => typeof address === "object" && address.server.tls !== undefined);
  return JSON.stringify([
    addresses.map((address) => (typeof address === "object" ? [address.server, address.database] : address)),
    overTls ? [env["SSL_CERT_FILE"], env["NODE_EXTRA_CA_CERTS"]] : [],
    env["BD_MIGRATION_FREEZE_FILE"],
  ]);
}

function addressAt(town: string, path: string, env: Environment, files: Files): DatabaseAddress | string {
  try {
    const store = storeOf(beadsDirOf(town, path, files), town, env, files);
    return store.kind === "dolt" ? addressOf(store, town, env, files) : store.file;
  } catch (error) {
    if (error instanceof DatabaseError) return error.message;
    throw error;
  }
}
