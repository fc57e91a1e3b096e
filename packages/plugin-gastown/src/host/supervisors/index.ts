import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { HostError } from "../errors.ts";
import { runningHost } from "../host-note.ts";
import { stopHost } from "../host-process.ts";
import type { Supervisor, SupervisorName } from "./supervisor.ts";
import { launchd, systemd } from "./units.ts";

/** A process of its own, and nobody who starts it again: for machines that have nothing better. */
const detached: Supervisor = {
  name: "detached",
  remarks: async () => [
    "nothing starts it again after a crash of the process or of the machine: `gastown plugins enable` does",
  ],
  unavailable: async () => undefined,
  async start({ command, paths, env }) {
    if (runningHost(paths.note) !== undefined) await stopHost(paths.note);
    const [file, ...args] = command;
    const errors = openSync(paths.errors, "w");
    try {
      const stdio = ["ignore" as const, errors, errors];
      const child = spawn(file, [...args, "--quiet"], { cwd: paths.town, env, detached: true, stdio });
      await once(child, "spawn");
      child.unref();
    } catch (cause) {
      const what = `${file} cannot be started: ${String(cause)}`;
      throw new HostError("supervisor-failed", what, "check the installation", { cause });
    } finally {
      closeSync(errors);
    }
  },
  remove: async () => undefined,
};

const none: Supervisor = {
  name: "none",
  remarks: async () => ["start the process yourself, or have something else start it"],
  unavailable: async () => undefined,
  start: async () => undefined,
  remove: async () => undefined,
};

export const supervisors: Readonly<Record<SupervisorName, Supervisor>> = { systemd, launchd, detached, none };

/** The one of this system that starts its services after a crash and a reboot. */
export const ownOfSystem: Supervisor = process.platform === "darwin" ? launchd : systemd;

/**
 * The supervisor of this name, or the best one that this machine has.
 *
 * @throws {HostError} when the one asked for is not there
 */
export async function chooseSupervisor(name: SupervisorName | undefined, env: NodeJS.ProcessEnv): Promise<Supervisor> {
  if (name === undefined) return (await ownOfSystem.unavailable(env)) === undefined ? ownOfSystem : detached;
  const fault = await supervisors[name].unavailable(env);
  if (fault === undefined) return supervisors[name];
  throw new HostError(
    "supervisor-unavailable",
    `the supervisor ${name} cannot be used here: ${fault}`,
    "choose another one: --supervisor detached needs nothing",
  );
}
