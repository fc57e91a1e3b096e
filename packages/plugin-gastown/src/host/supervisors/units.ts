import { createHash } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import { messageOf } from "@gastown/convoy-core";
import { writeAtomically } from "@gastown/convoy-watcher/host";
import { readText } from "@gastown/process";
import { execa } from "execa";
import { build } from "plist";
import { HostError } from "../errors.ts";
import type { Service, Supervisor, UnitFile } from "./supervisor.ts";

/** In every file outside of the town that is ours. */
const SIGNATURE = "Written by `gastown plugins enable`";

/** Milliseconds that a tool of the system may take. */
const TIMEOUT = 30_000;

/** What a unit is called by. */
type Named = Pick<Service, "plugin" | "paths" | "env">;

/** A unit of the user's own systemd, one for each town and plugin. */
export const systemd: Supervisor = {
  name: "systemd",
  unitOf: (service) => ({ file: unitFile(service), text: systemdUnit(service) }),
  remarks: async (env) =>
    (await lingers(env))
      ? []
      : ["it ends when you log out, and starts when you log in: `loginctl enable-linger` has it stay"],
  unavailable: async (env) => {
    const { fault } = await askTool("systemctl", ["--user", "show-environment"], env);
    return fault === undefined ? undefined : `systemctl --user does not answer: ${fault}`;
  },
  async start(service) {
    const { env, force } = service;
    const unit = unitName(service);
    writeOwnFile({ file: unitFile(service), text: systemdUnit(service) }, force);
    await runTool("systemctl", ["--user", "daemon-reload"], env);
    // A unit that has failed too often is not started again before it is forgiven.
    await askTool("systemctl", ["--user", "reset-failed", unit], env);
    await runTool("systemctl", ["--user", "enable", unit], env);
    await runTool("systemctl", ["--user", "restart", unit], env);
  },
  async remove(service) {
    const { env } = service;
    const unit = unitName(service);
    const isKnown = (await askTool("systemctl", ["--user", "cat", unit], env)).fault === undefined;
    if (isKnown) await runTool("systemctl", ["--user", "disable", "--now", unit], env);
    if (removeOwnFile(unitFile(service)) && isKnown) await runTool("systemctl", ["--user", "daemon-reload"], env);
  },
};

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
ExecStart=${command.map((word) => quoted(word.replaceAll("$", "$$$$"))).join(" ")}
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

function quoted(word: string): string {
  return `"${specifiers(plain(word).replaceAll("\\", "\\\\").replaceAll('"', '\\"'))}"`;
}

function specifiers(text: string): string {
  return text.replaceAll("%", "%%");
}

/** @throws {HostError} for what would start a line of its own */
function plain(text: string): string {
  // eslint-disable-next-line no-control-regex
  if (!/[\u0000-\u001F\u007F]/.test(text)) return text;
  throw new HostError(
    "unusable-path",
    `${JSON.stringify(text)} has control characters, which no supervisor's file can hold`,
    "rename it, or choose --supervisor detached",
  );
}

/** Whether the user's units go on without a login; where nobody can tell, they are taken not to. */
async function lingers(env: NodeJS.ProcessEnv): Promise<boolean> {
  return (
    (await askTool("loginctl", ["show-user", userInfo().username, "--property=Linger", "--value"], env)).said === "yes"
  );
}

function unitName({ plugin, paths }: Named): string {
  return `gastown-${plugin}-${townSlug(paths.town)}.service`;
}

/** Where gt puts the unit of its own daemon. */
function unitFile(service: Named): string {
  const data = service.env["XDG_DATA_HOME"] || join(service.env["HOME"] || homedir(), ".local", "share");
  return join(data, "systemd", "user", unitName(service));
}

/** An agent of the user's launchd, one for each town and plugin. */
export const launchd: Supervisor = {
  name: "launchd",
  unitOf: (service) => ({ file: agentFile(service), text: launchdAgent(service) }),
  remarks: async () => [],
  unavailable: async (env) => {
    const { fault } = await askTool("launchctl", ["print", domain()], env);
    return fault === undefined ? undefined : `launchctl does not answer: ${fault}`;
  },
  async start(service) {
    const { env, force } = service;
    writeOwnFile({ file: agentFile(service), text: launchdAgent(service) }, force);
    await askTool("launchctl", ["bootout", `${domain()}/${label(service)}`], env);
    await runTool("launchctl", ["bootstrap", domain(), agentFile(service)], env);
  },
  async remove(service) {
    await askTool("launchctl", ["bootout", `${domain()}/${label(service)}`], service.env);
    removeOwnFile(agentFile(service));
  },
};

/** The text of an agent. */
export function launchdAgent(service: Service): string {
  const { command, env, paths, variables = [] } = service;
  const agent = build({
    Label: label(service),
    ProgramArguments: [...command, "--quiet"].map(plain),
    WorkingDirectory: plain(paths.town),
    EnvironmentVariables: Object.fromEntries(["PATH", ...variables].map((name) => [name, plain(env[name] ?? "")])),
    RunAtLoad: true,
    KeepAlive: true,
    ThrottleInterval: 5,
    ExitTimeOut: 20,
    ProcessType: "Background",
    StandardErrorPath: plain(paths.errors),
  });
  return agent.replace("<plist ", `<!-- ${SIGNATURE} ${service.plugin} -->\n<plist `).concat("\n");
}

function label({ plugin, paths }: Named): string {
  return `com.gastown.${plugin}.${townSlug(paths.town)}`;
}

function agentFile(service: Named): string {
  return join(service.env["HOME"] || homedir(), "Library", "LaunchAgents", `${label(service)}.plist`);
}

function domain(): string {
  return `gui/${process.getuid?.() ?? 0}`;
}

/** A name for what belongs to one town: readable, and different for each town. */
function townSlug(town: string): string {
  const hash = createHash("sha256").update(town).digest("hex").slice(0, 8);
  const name = basename(town)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 32);
  return name === "" ? hash : `${name}-${hash}`;
}

/**
 * Writes a file for a supervisor.
 *
 * @throws {HostError} when there is one that is not ours, and `force` is not given
 */
function writeOwnFile({ file, text }: UnitFile, force: boolean): void {
  const before = readText(file);
  if (before === text) return;
  if (before !== undefined && !before.includes(SIGNATURE) && !force)
    throw new HostError("foreign-file", `${file} is not ours`, "move it away, or overwrite it with --force");
  mkdirSync(dirname(file), { recursive: true });
  writeAtomically(file, text);
}

/** Removes a file if it is ours; says whether it did. */
function removeOwnFile(file: string): boolean {
  if (!readText(file)?.includes(SIGNATURE)) return false;
  rmSync(file, { force: true });
  return true;
}

/** Runs a tool of the system; gives what it printed, or, when it has not done what it was asked, what is wrong. */
async function askTool(
  tool: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly said: string; readonly fault?: string }> {
  try {
    const options = { env, extendEnv: false, reject: false, stdin: "ignore", timeout: TIMEOUT } as const;
    const { failed, stdout, stderr, exitCode } = await execa(tool, args, { ...options, killDescendants: true });
    const said = stdout.trim();
    return failed ? { said, fault: stderr.trim() || `it ended with status ${exitCode ?? "unknown"}` } : { said };
  } catch (error) {
    return { said: "", fault: messageOf(error) };
  }
}

/** @throws {HostError} when the tool fails */
async function runTool(tool: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { fault } = await askTool(tool, args, env);
  if (fault === undefined) return;
  throw new HostError(
    "supervisor-failed",
    `${[tool, ...args].join(" ")}: ${fault}`,
    "fix that, or choose another supervisor: --supervisor detached",
  );
}
