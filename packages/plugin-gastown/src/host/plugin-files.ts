import { printable } from "@gastown/convoy-core";
import { stringify } from "smol-toml";
import type { InstalledPlugin } from "./discover.ts";
import { shellQuoted } from "./shell.ts";

/** gt cuts longer descriptions. */
const DESCRIPTION_LIMIT = 50;

const BODIES: Readonly<
  Record<string, { readonly title: string; readonly description: string; readonly labels: string[] }>
> = {
  "convoy-watcher": {
    title: "Convoy watcher",
    description: "Close convoys when their last issue closes",
    labels: ["plugin:convoy-watcher", "category:convoy"],
  },
};

/**
 * What gt reads. The front matter ends at the next `+++` wherever that is, so no value may hold one; the version is
 * that of the format, an integer. The body is read by an agent.
 */
export function pluginMd({ name, description }: Pick<InstalledPlugin, "name" | "description">): string {
  const known = BODIES[name] ?? { title: name, description, labels: [`plugin:${name}`] };
  const front = {
    name,
    description: cut(printable(known.description, 200).replaceAll("+++", "…")),
    version: 1,
    gate: { type: "manual" },
    tracking: { labels: known.labels, digest: false },
    execution: { timeout: "30s", notify_on_failure: false, severity: "low" },
  };
  return `+++
${stringify(front).trim()}
+++

# ${known.title}
Service-managed plugin. If dispatched, run exactly: \`bash run.sh\` in this directory. Do not start a watcher yourself.
`;
}

/** For people, and for agents that are sent here: what is not running is started, and what is running looks at once. */
export function runScript(name: string, town: string, command: readonly string[]): string {
  const enable = ["plugins", "enable", name, "--town", town];
  const [program = "gastown"] = command;
  return `#!/bin/sh
# Makes sure that the plugin is running, and has it look at the town at once. May be run as often as one likes.
if [ -x ${shellQuoted(program)} ]; then
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
