import { chmodSync, lstatSync, mkdirSync, realpathSync, renameSync, rmdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { messageOf, printable } from "@gastown/convoy-core";
import { commandEnvironment, findTool, isObject, readObject, writeAtomically } from "@gastown/convoy-watcher/host";
import type { NeededVariables } from "@gastown/plugin-api";
import { readText } from "@gastown/process";
import { execa } from "execa";
import { stringify } from "smol-toml";
import { HostError } from "./errors.ts";
import type { InstalledPlugin } from "./packages.ts";
import type { PluginPaths } from "./paths.ts";
import { type SupervisorName, SUPERVISORS } from "./supervisors/supervisor.ts";

const OURS = "@gastown/plugin-gastown";
const FILES = ["plugin.md", "run.sh", "config.json"] as const;

/** Says that a plugin directory is ours, and how it was enabled. */
export interface Marker {
  readonly managedBy: typeof OURS;
  readonly plugin: string;
  /** Of the host that enabled it. */
  readonly version: string;
  readonly supervisor: SupervisorName;
  /** Names of variables that the service was given, and of those that it needs and was not given. */
  readonly environment?: NeededVariables;
}

/** The marker of a plugin directory; undefined when it is not ours. */
export function readMarker(file: string): Marker | undefined {
  const marker = readObject(file);
  const known = SUPERVISORS.some((name) => name === marker?.["supervisor"]);
  return marker?.["managedBy"] === OURS && known ? (marker as unknown as Marker) : undefined;
}

/**
 * Refuses a plugin directory that is not ours, or puts it out of the way: gt does not list directories with a dot.
 *
 * @returns where it was put
 * @throws {HostError}
 */
export function putForeignAside({ dir, marker }: PluginPaths, force: boolean): string | undefined {
  const stat = lstatSync(dir, { throwIfNoEntry: false });
  if (stat === undefined || (stat.isDirectory() && readMarker(marker) !== undefined)) return undefined;
  if (!force)
    throw new HostError(
      "foreign-plugin",
      `${dir} is there already, and was not written by this program`,
      "look at it; with --force it is put aside, as a directory that gt does not list",
    );
  const aside = join(dirname(dir), `.${basename(dir)}.${new Date().toISOString().replaceAll(":", "")}`);
  renameSync(dir, aside);
  return aside;
}

/**
 * Writes the plugin directory: a new one appears as a whole, in an old one only what has changed is replaced.
 *
 * @returns whether anything has changed
 */
export function writePlugin({ dir }: PluginPaths, files: Readonly<Record<(typeof FILES)[number], string>>): boolean {
  if (statSync(dir, { throwIfNoEntry: false }) !== undefined)
    return Object.entries(files).filter(([name, text]) => replace(join(dir, name), text)).length > 0;
  const draft = join(dirname(dir), `.${basename(dir)}.${process.pid}.tmp`);
  rmSync(draft, { recursive: true, force: true });
  try {
    mkdirSync(draft);
    for (const [name, text] of Object.entries(files)) write(join(draft, name), text);
    renameSync(draft, dir);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  return true;
}

/** Removes our files, and the directory unless somebody keeps something else in it; says whether it is gone. */
export function removePlugin(dir: string): boolean {
  for (const name of FILES) rmSync(join(dir, name), { force: true });
  for (const empty of [dir, dirname(dir)]) {
    try {
      rmdirSync(empty);
    } catch {
      // Somebody keeps something in it.
    }
  }
  return statSync(dir, { throwIfNoEntry: false }) === undefined;
}

function replace(file: string, text: string): boolean {
  if (readText(file) === text) return false;
  write(file, text);
  return true;
}

function write(file: string, text: string): void {
  writeAtomically(file, text);
  if (file.endsWith(".sh")) chmodSync(file, 0o755);
}

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

/** A word as a shell reads it. */
function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

const TIMEOUT = 15_000;

/** Whether gt lists the plugin; `undefined` when it could not be asked. */
export interface Seen {
  readonly seen: boolean | undefined;
  readonly why?: string;
}

/** Asks gt, which needs bd beside it and to be run in the town. */
export async function gtSees(name: string, paths: PluginPaths, env: NodeJS.ProcessEnv): Promise<Seen> {
  const { town, dir, settings } = paths;
  const { bd: givenBd, gt: givenGt } = toolsOf(settings);
  const gt = findTool("gt", givenGt, env["PATH"], town);
  const bd = findTool("bd", givenBd, env["PATH"], town);
  if (gt === undefined || bd === undefined)
    return { seen: undefined, why: `${gt === undefined ? "gt" : "bd"} is not on PATH` };
  const { failed, stdout, stderr, shortMessage } = await execa(gt, ["plugin", "list", "--json"], {
    cwd: town,
    env: commandEnvironment(env, bd),
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    timeout: TIMEOUT,
    maxBuffer: 10_000_000,
    killDescendants: true,
  });
  if (failed) return { seen: undefined, why: `gt plugin list failed: ${stderr.trim().slice(-500) || shortMessage}` };
  try {
    const plugins: unknown = JSON.parse(stdout);
    const list: readonly unknown[] = Array.isArray(plugins) ? plugins : [];
    const ours = list.find((one) => isObject(one) && one["name"] === name);
    if (!isObject(ours)) return { seen: false, why: stderr.trim().slice(-500) || "it is not in the list" };
    const listed = realpathSync(String(ours["path"]));
    return listed === realpathSync(dir) ? { seen: true } : { seen: false, why: `gt takes the one in ${listed}` };
  } catch (error) {
    return { seen: undefined, why: `gt plugin list gave no list: ${messageOf(error)}` };
  }
}

function toolsOf(settings: string): { readonly bd: string | undefined; readonly gt: string | undefined } {
  const { bd, gt } = readObject(settings) ?? {};
  return { bd: typeof bd === "string" ? bd : undefined, gt: typeof gt === "string" ? gt : undefined };
}
