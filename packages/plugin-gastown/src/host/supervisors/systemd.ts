import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { HostError } from "../errors.ts";
import { type Service, type Supervisor, townSlug } from "./supervisor.ts";
import { askTool, removeOwnFile, runTool, SIGNATURE, tryTool, writeOwnFile } from "./tools.ts";

/** The text of a unit. A supervisor has next to no PATH of its own, so it gets that of whoever enables the plugin. */
export function systemdUnit({ plugin, paths, command, env, variables = [] }: Service): string {
  return `# ${SIGNATURE} ${plugin}; \`gastown plugins disable ${plugin}\` removes it.
[Unit]
Description=Gas Town plugin ${plugin} of ${specifiers(plain(paths.town))}

[Service]
# Started anew when its loop hangs. systemd-notify speaks for it.
Type=notify
NotifyAccess=all
WatchdogSec=90
ExecStart=${command.map(argument).join(" ")}
WorkingDirectory=${specifiers(plain(paths.town))}
${["PATH", ...variables].map((name) => `Environment=${quoted(`${name}=${env[name] ?? ""}`)}`).join("\n")}
Restart=always
RestartSec=5
RestartPreventExitStatus=2 4
# A gt that is telling people outlives a stop: the watcher leaves it after 10 s, and the next start waits for it.
KillMode=process
TimeoutStopSec=20

[Install]
WantedBy=default.target
`;
}

/** A word of a command line: no specifier, no variable. */
function argument(word: string): string {
  return quoted(word.replaceAll("$", "$$$$"));
}

function quoted(word: string): string {
  return `"${specifiers(plain(word).replaceAll("\\", "\\\\").replaceAll('"', '\\"'))}"`;
}

function specifiers(text: string): string {
  return text.replaceAll("%", "%%");
}

/** @throws {HostError} for what would start a line of its own */
export function plain(text: string): string {
  // eslint-disable-next-line no-control-regex
  if (!/[\u0000-\u001F\u007F]/.test(text)) return text;
  throw new HostError(
    "unusable-path",
    `${JSON.stringify(text)} has control characters, which no supervisor's file can hold`,
    "rename it, or choose --supervisor detached",
  );
}

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
