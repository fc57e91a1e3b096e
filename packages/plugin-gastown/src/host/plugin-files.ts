import { printable } from "@gastown/convoy-core";
import { stringify } from "smol-toml";
import type { InstalledPlugin } from "./discover.ts";
import { shellQuoted } from "./environment.ts";

/** gt cuts longer descriptions. */
const DESCRIPTION_LIMIT = 50;

/**
 * What gt reads. The front matter ends at the next `+++` wherever that is, so no value may hold one; the version is
 * that of the format, an integer. The body is read by an agent.
 */
export function pluginMd({ name, description, gt }: Pick<InstalledPlugin, "name" | "description" | "gt">): string {
  const front = {
    name,
    description: cut(printable(gt.description ?? description, 200).replaceAll("+++", "…")),
    version: 1,
    gate: { type: "manual" },
    tracking: { labels: [`plugin:${name}`, ...gt.labels.map((label) => printable(label, 100))], digest: false },
    execution: { timeout: "30s", notify_on_failure: false, severity: "low" },
  };
  return `+++
${stringify(front).trim()}
+++

# ${printable(gt.title ?? name, 100)}
Service-managed plugin. If dispatched, run exactly: \`bash run.sh\` in this directory. Do not start a watcher yourself.
`;
}

/**
 * For people, and for agents that are sent here: what is not running is started, and what is running looks at once. What
 * enabled it may have moved since; then the one on PATH does it.
 */
export function runScript(name: string, town: string, command: readonly string[]): string {
  const enable = ["plugins", "enable", name, "--town", town];
  const script = command.at(-1) ?? "";
  return `#!/bin/sh
# Makes sure that the plugin is running, and has it look at the town at once. May be run as often as one likes.
if [ -x ${shellQuoted(command[0] ?? "")} ] && [ -f ${shellQuoted(script)} ]; then
  exec ${[...command, ...enable].map(shellQuoted).join(" ")}
fi
exec gastown ${enable.map(shellQuoted).join(" ")}
`;
}

function cut(text: string): string {
  if (Buffer.byteLength(text) <= DESCRIPTION_LIMIT) return text;
  const short = [...text];
  while (Buffer.byteLength(`${short.join("")}…`) > DESCRIPTION_LIMIT) short.pop();
  return `${short.join("")}…`;
}
