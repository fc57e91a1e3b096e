import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { HostError } from "../errors.ts";
import { stopHost } from "../host-process.ts";
import { runningHost } from "../note.ts";
import type { Supervisor } from "./supervisor.ts";

/** A process of its own, and nobody who starts it again: for machines that have nothing better. */
export const detached: Supervisor = {
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
      const child = spawn(file, [...args, "--quiet"], {
        cwd: paths.town,
        env,
        detached: true,
        stdio: ["ignore", errors, errors],
      });
      await once(child, "spawn");
      child.unref();
    } catch (error) {
      throw new HostError(
        "supervisor-failed",
        `${file} cannot be started: ${String(error)}`,
        "check the installation",
        {
          cause: error,
        },
      );
    } finally {
      closeSync(errors);
    }
  },
  remove: async () => undefined,
};
