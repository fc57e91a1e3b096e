import type { BdConfig } from "./bd-config.ts";
import type { Environment } from "./files.ts";
import { type Metadata, textOf } from "./metadata.ts";
import { isLocalHost, type Said } from "./variables.ts";

/** How a Dolt database is reached. */
export type DoltMode = "server" | "shared-server" | "proxied-server" | "embedded";

/** Whether a server holds the database, decided as bd decides it. */
export function doltModeOf(metadata: Metadata, env: Environment, config: BdConfig): Said<DoltMode> {
  const named = textOf(metadata["dolt_mode"])?.toLowerCase();
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
  const named = textOf(metadata["dolt_mode"])?.toLowerCase();
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
