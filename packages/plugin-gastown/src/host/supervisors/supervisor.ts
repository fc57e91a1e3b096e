import type { NeededVariables } from "@gastown/plugin-api";
import type { PluginPaths } from "../paths.ts";

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

/** The file by which a supervisor knows a service. */
export interface UnitFile {
  readonly file: string;
  readonly text: string;
}

export interface Supervisor {
  readonly name: SupervisorName;
  /** What `start` installs. Who has it gives what it runs an environment of its own, not that of whoever enables the plugin. */
  readonly unitOf?: (service: Service) => UnitFile;
  /** Why it cannot be used on this machine; undefined when it can. */
  unavailable(env: NodeJS.ProcessEnv): Promise<string | undefined>;
  /** Has the process started, now and whenever it is to run. May be repeated. */
  start(service: Service): Promise<void>;
  /** Takes back what `start` did, but for the process. Does nothing where nothing is. */
  remove(service: Omit<Service, "command" | "force">): Promise<void>;
  /** Lines about what it does not do. */
  remarks(env: NodeJS.ProcessEnv): Promise<readonly string[]>;
}

/** What a person should know of the variables that a service was given, and of those it was not. */
export function environmentRemarks({ plain, secret, instead }: NeededVariables): string[] {
  const given = `the service was given variables of the shell it was enabled in (${plain.join(", ")}): enable it again when they change`;
  const withheld = `${secret.join(", ")} was set when it was enabled, and is not written into a file of the service${instead === undefined ? "" : `: ${instead}`}`;
  return [...(plain.length > 0 ? [given] : []), ...(secret.length > 0 ? [withheld] : [])];
}
