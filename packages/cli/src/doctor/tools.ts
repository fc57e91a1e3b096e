import { homedir } from "node:os";
import { join } from "node:path";
import { optionsOf, readSettings, SettingsError, type Version, versionFaults } from "@gastown/convoy-watcher";
import { commandEnvironment, findTool, toolVersion } from "@gastown/convoy-watcher/host";
import type { CommonOptions } from "../options.ts";
import { type Finding, good, note, wrong } from "./check.ts";

/** Where installers put programs although PATH may not lead there. */
const USUAL = [
  "~/go/bin",
  "~/.local/bin",
  "~/bin",
  "/usr/local/bin",
  "/opt/homebrew/bin",
  "/home/linuxbrew/.linuxbrew/bin",
  "/usr/local/go/bin",
];

/** Whether a bd of this version can be followed: `activity --town` came with 0.42 and went with 0.50. */
export function hasActivity([major, minor]: readonly [number, number, number]): boolean {
  return major === 0 && minor >= 42 && minor < 50;
}

export interface ToolFindings {
  readonly findings: readonly Finding[];
  /** Whether `bd activity` is to be had. */
  readonly activity: boolean;
  /** That of bd, if it tells. */
  readonly bd?: Version;
}

/** Where bd and gt are, and what their versions can do. */
export async function checkTools(town: string | undefined, { bd, gt }: CommonOptions): Promise<ToolFindings> {
  const findings: Finding[] = [];
  let activity = false;
  const versions: { bd?: Version; gt?: Version } = {};
  const set = town === undefined ? {} : toolsInSettings(town);
  for (const [name, given] of [
    ["bd", bd ?? set.bd],
    ["gt", gt ?? set.gt],
  ] as const) {
    const file = findTool(name, given, process.env["PATH"], process.cwd());
    if (file === undefined) {
      findings.push(missing(name, given));
      continue;
    }
    const env = commandEnvironment(process.env, name === "bd" ? file : undefined);
    const version = await toolVersion(file, town ?? process.cwd(), env);
    if (version.kind === "unknown") {
      findings.push(
        wrong(
          name,
          `${file} does not tell its version: ${version.why}`,
          `run \`${file} version\` to see what is the matter`,
        ),
      );
      continue;
    }
    findings.push(good(name, `${version.line.trim()}, ${file}`));
    versions[name] = version.numbers;
    if (name === "bd" && !(activity = hasActivity(version.numbers))) findings.push(noActivity(version.numbers));
  }
  for (const { level, name, fact, hint } of versionFaults(versions.bd, versions.gt))
    findings.push({ level, name, fact, hint });
  return { findings, activity, ...(versions.bd && { bd: versions.bd }) };
}

/** What the settings of the town name; settings that cannot be read are told of elsewhere. */
function toolsInSettings(town: string): { readonly bd?: string | undefined; readonly gt?: string | undefined } {
  try {
    return optionsOf(town, readSettings(town));
  } catch (error) {
    if (error instanceof SettingsError) return {};
    throw error;
  }
}

function noActivity([major, minor]: readonly [number, number, number]): Finding {
  if (major === 0 && minor < 42)
    return note(
      "bd activity",
      "this bd cannot follow a whole town (0.42 and later can)",
      "nothing is missed: the databases are watched directly; with --source db this is not asked for",
    );
  return note(
    "bd activity",
    "this bd has no `activity` (it went with 0.50)",
    "nothing is missed: the databases are watched directly; with --source db this is not asked for",
  );
}

function missing(name: "bd" | "gt", given: string | undefined): Finding {
  if (given !== undefined)
    return wrong(name, `there is no program ${given}`, `check the path given with --${name}, or in the settings`);
  const path = USUAL.map((dir) => (dir.startsWith("~/") ? join(homedir(), dir.slice(2)) : dir)).join(":");
  const found = findTool(name, undefined, path, "/");
  const need = name === "gt" ? "only gt can close a convoy and tell people" : "gt closes convoys with it";
  if (found === undefined)
    return wrong(
      name,
      `is not on PATH: ${need}`,
      `install Gas Town, or name it with --${name} PATH or in settings/convoy-watcher.json`,
    );
  return wrong(
    name,
    `is not on PATH, but at ${found}: ${need}`,
    `add its directory to PATH, or run with --${name} ${found}`,
  );
}
