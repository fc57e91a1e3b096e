import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { townSlug } from "./names.ts";
import { removeOwnFile, writeOwnFile } from "./own-file.ts";
import { askTool, runTool, tryTool } from "./run-tool.ts";
import { systemdUnit } from "./systemd-unit.ts";
import type { Service, Supervisor } from "./types.ts";

/** A unit of the user's own systemd, one for each town and plugin. */
export const systemd: Supervisor = {
  name: "systemd",
  remarks: async (env) =>
    (await lingers(env))
      ? []
      : ["it ends when you log out, and starts when you log in: `loginctl enable-linger` has it stay"],
  unavailable: async (env) => {
    const fault = await tryTool("systemctl", ["--user", "show-environment"], env);
    return fault === undefined ? undefined : `systemctl --user does not answer: ${fault}`;
  },
  async start(service) {
    const { env, force } = service;
    const unit = unitName(service);
    writeOwnFile(unitFile(service), systemdUnit(service), force);
    await runTool("systemctl", ["--user", "daemon-reload"], env);
    // A unit that has failed too often is not started again before it is forgiven.
    await tryTool("systemctl", ["--user", "reset-failed", unit], env);
    await runTool("systemctl", ["--user", "enable", unit], env);
    await runTool("systemctl", ["--user", "restart", unit], env);
  },
  async remove(service) {
    const unit = unitName(service);
    const { env } = service;
    if (await tryTool("systemctl", ["--user", "cat", unit], env)) {
      removeOwnFile(unitFile(service));
      return;
    }
    await runTool("systemctl", ["--user", "disable", "--now", unit], env);
    if (removeOwnFile(unitFile(service))) await runTool("systemctl", ["--user", "daemon-reload"], env);
  },
};

/** Whether the user's units go on without a login; where nobody can tell, they are taken not to. */
async function lingers(env: NodeJS.ProcessEnv): Promise<boolean> {
  return (await askTool("loginctl", ["show-user", userInfo().username, "--property=Linger", "--value"], env)) === "yes";
}

function unitName({ plugin, paths }: Pick<Service, "plugin" | "paths">): string {
  return `gastown-${plugin}-${townSlug(paths.town)}.service`;
}

/** Where gt puts the unit of its own daemon. */
function unitFile(service: Pick<Service, "plugin" | "paths" | "env">): string {
  const data = service.env["XDG_DATA_HOME"] || join(service.env["HOME"] || homedir(), ".local", "share");
  return join(data, "systemd", "user", unitName(service));
}
