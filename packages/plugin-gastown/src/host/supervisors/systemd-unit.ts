import { HostError } from "../errors.ts";
import { SIGNATURE } from "./own-file.ts";
import type { Service } from "./types.ts";

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
