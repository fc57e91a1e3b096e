import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { PluginPaths } from "../paths.ts";

/** A name for what belongs to one town: readable, and different for each town. */
export function townSlug(town: string): string {
  const hash = createHash("sha256").update(town).digest("hex").slice(0, 8);
  const name = basename(town)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 32);
  return name === "" ? hash : `${name}-${hash}`;
}

export const SUPERVISORS = ["systemd", "launchd", "detached", "none"] as const;

/** Who keeps the process of a plugin running. */
export type SupervisorName = (typeof SUPERVISORS)[number];

/** What is to be kept running. */
export interface Service {
  readonly plugin: string;
  readonly paths: PluginPaths;
  /** Program and arguments. */
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  /** Variables of it that the process needs besides PATH; never a secret. */
  readonly variables?: readonly string[];
  /** Overwrite a unit that is not ours. */
  readonly force: boolean;
}

export interface Supervisor {
  readonly name: SupervisorName;
  /** Why it cannot be used on this machine; undefined when it can. */
  unavailable(env: NodeJS.ProcessEnv): Promise<string | undefined>;
  /** Has the process started, now and whenever it is to run. May be repeated. */
  start(service: Service): Promise<void>;
  /** Takes back what `start` did, but for the process. Does nothing where nothing is. */
  remove(service: Omit<Service, "command" | "force">): Promise<void>;
  /** Lines about what it does not do. */
  remarks(env: NodeJS.ProcessEnv): Promise<readonly string[]>;
}
