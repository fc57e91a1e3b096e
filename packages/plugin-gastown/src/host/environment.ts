import type { NeededVariables } from "@gastown/plugin-api";
import type { SupervisorName } from "./supervisors/supervisor.ts";

/** Whether what it runs has an environment of its own, instead of that of whoever enables the plugin. */
export function isOwnEnvironment(supervisor: SupervisorName): boolean {
  return supervisor === "systemd" || supervisor === "launchd";
}

/** What a person should know of the variables that a service was given, and of those it was not. */
export function environmentRemarks({ plain, secret, instead }: NeededVariables): string[] {
  const given =
    plain.length === 0
      ? []
      : [
          `the service was given variables of the shell it was enabled in (${plain.join(", ")}): enable it again when they change`,
        ];
  const withheld =
    secret.length === 0
      ? []
      : [
          `${secret.join(", ")} was set when it was enabled, and is not written into a file of the service${instead === undefined ? "" : `: ${instead}`}`,
        ];
  return [...given, ...withheld];
}

/** A word as a shell reads it. */
export function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
