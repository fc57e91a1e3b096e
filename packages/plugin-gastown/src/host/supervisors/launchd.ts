import { homedir } from "node:os";
import { join } from "node:path";
import { build } from "plist";
import { type Service, type Supervisor, townSlug } from "./supervisor.ts";
import { plain } from "./systemd.ts";
import { removeOwnFile, runTool, SIGNATURE, tryTool, writeOwnFile } from "./tools.ts";

/** An agent of the user's launchd, one for each town and plugin. */
export const launchd: Supervisor = {
  name: "launchd",
  remarks: async () => [],
  unavailable: async (env) => {
    const fault = await tryTool("launchctl", ["print", domain()], env);
    return fault === undefined ? undefined : `launchctl does not answer: ${fault}`;
  },
  async start(service) {
    const { env, force } = service;
    writeOwnFile(agentFile(service), launchdAgent(service), force);
    const target = `${domain()}/${label(service)}`;
    await tryTool("launchctl", ["bootout", target], env);
    await runTool("launchctl", ["bootstrap", domain(), agentFile(service)], env);
  },
  async remove(service) {
    await tryTool("launchctl", ["bootout", `${domain()}/${label(service)}`], service.env);
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

function label({ plugin, paths }: Pick<Service, "plugin" | "paths">): string {
  return `com.gastown.${plugin}.${townSlug(paths.town)}`;
}

function agentFile(service: Pick<Service, "plugin" | "paths" | "env">): string {
  return join(service.env["HOME"] || homedir(), "Library", "LaunchAgents", `${label(service)}.plist`);
}

function domain(): string {
  return `gui/${process.getuid?.() ?? 0}`;
}
