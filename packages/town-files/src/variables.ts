import type { Environment } from "./files.ts";
import { textOf } from "./metadata.ts";

/** A value, and who says so: a variable, a file, or `default`. */
export interface Said<T = string> {
  readonly value: T;
  readonly by: string;
}

/** The first that says something. */
export function firstOf<T>(...candidates: readonly (Said<T> | undefined)[]): Said<T> | undefined {
  return candidates.find((candidate) => candidate !== undefined);
}

/** A value with its origin; undefined when there is none. */
export function said<T>(by: string, value: T | undefined): Said<T> | undefined {
  return value === undefined ? undefined : { value, by };
}

/** A TCP port, as number or text. */
export function portOf(value: unknown): number | undefined {
  const port = typeof value === "string" && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
  return typeof port === "number" && Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

/** What bd takes for this machine. */
export function isLocalHost(host: string): boolean {
  return /^(?:|localhost|127\.0\.0\.1|\[?::1\]?|0\.0\.0\.0)$/.test(host.trim().toLowerCase());
}

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
