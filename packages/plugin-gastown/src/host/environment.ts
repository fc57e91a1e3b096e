import { credentialsFileOf, type NeededVariables } from "@gastown/convoy-watcher";
import type { SupervisorName } from "./supervisors/types.ts";

/** Whether what it runs has an environment of its own, instead of that of whoever enables the plugin. */
export function isOwnEnvironment(supervisor: SupervisorName): boolean {
  return supervisor === "systemd" || supervisor === "launchd";
}

export function hasVariables({ plain, secret }: NeededVariables): boolean {
  return plain.length + secret.length > 0;
}

/** What a person should know of the variables that a service was given, and of those it was not. */
export function environmentRemarks(needed: Partial<NeededVariables> | undefined, env: NodeJS.ProcessEnv): string[] {
  const { plain = [], secret = [] } = needed ?? {};
  const given =
    plain.length === 0
      ? []
      : [
          `the service finds the databases by variables of the shell it was enabled in (${plain.join(", ")}): enable it again when they change`,
        ];
  const withheld =
    secret.length === 0
      ? []
      : [
          `${secret.join(", ")} was set when it was enabled, and is not written into a file of the service: put the password into ${credentialsFileOf(env) ?? "~/.config/beads/credentials"}, below a line [host:port], as password=…`,
        ];
  return [...given, ...withheld];
}
