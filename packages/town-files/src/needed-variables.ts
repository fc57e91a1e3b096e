import { join } from "node:path";
import { DatabaseError, parseRoutes } from "@gastown/convoy-core";
import { addressOf, type DatabaseAddress } from "./address.ts";
import { type Environment, type Files, systemFiles, textOr } from "./files.ts";
import { beadsDirOf } from "./redirect.ts";
import { storeOf } from "./store.ts";
import { decidingVariables } from "./variables.ts";

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
