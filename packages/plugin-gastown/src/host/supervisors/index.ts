import { HostError } from "../errors.ts";
import { detached } from "./detached.ts";
import { launchd } from "./launchd.ts";
import type { Supervisor, SupervisorName } from "./supervisor.ts";
import { systemd } from "./systemd.ts";

const none: Supervisor = {
  name: "none",
  remarks: async () => ["start the process yourself, or have something else start it"],
  unavailable: async () => undefined,
  start: async () => undefined,
  remove: async () => undefined,
};

export const supervisors: Readonly<Record<SupervisorName, Supervisor>> = { systemd, launchd, detached, none };

/**
 * The supervisor of this name, or the best one that this machine has.
 *
 * @throws {HostError} when the one asked for is not there
 */
export async function chooseSupervisor(name: SupervisorName | undefined, env: NodeJS.ProcessEnv): Promise<Supervisor> {
  if (name === undefined) {
    const best = process.platform === "darwin" ? launchd : systemd;
    return (await best.unavailable(env)) === undefined ? best : detached;
  }
  const chosen = supervisors[name];
  const fault = await chosen.unavailable(env);
  if (fault === undefined) return chosen;
  throw new HostError(
    "supervisor-unavailable",
    `the supervisor ${name} cannot be used here: ${fault}`,
    "choose another one: --supervisor detached needs nothing",
  );
}
