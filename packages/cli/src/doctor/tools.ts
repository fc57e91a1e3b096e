import { homedir } from "node:os";
import { join } from "node:path";
import { optionsOf, readSettings, SettingsError, type Version, versionFaults } from "@gastown/convoy-watcher";
import { commandEnvironment, findTool, toolVersion } from "@gastown/convoy-watcher/host";
import { type Finding, good, note, wrong } from "./finding.ts";

/** What this program needs to run on. */
const NEEDED = { Node: [22, 14], Deno: [2, 9], Bun: [1, 4] } as const;

/** Whether the runtime is new enough. Without it better-sqlite3 crashes, so `bin` refuses an old Node before this is read. */
export function checkRuntime(versions: Readonly<Record<string, string | undefined>> = process.versions): Finding[] {
  const name = versions["deno"] !== undefined ? "Deno" : versions["bun"] !== undefined ? "Bun" : "Node";
  const version = versions[name.toLowerCase()] ?? "";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [needMajor, needMinor] = NEEDED[name];
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return [good(name, version)];
  return [wrong(name, `${version} is too old`, `install ${name} ${needMajor}.${needMinor} or newer`)];
}

export interface ToolFindings {
  readonly findings: readonly Finding[];
  /** Whether `bd activity` is to be had. */
  readonly activity: boolean;
  /** The version of bd, if it tells. */
  readonly bd: Version | undefined;
}

/** The paths that were given. */
interface ToolPaths {
  readonly bd?: string | undefined;
  readonly gt?: string | undefined;
}

/** Where bd and gt are, and what their versions can do. */
export async function checkTools(town: string | undefined, given: ToolPaths): Promise<ToolFindings> {
  const set = town === undefined ? {} : toolsInSettings(town);
  const bd = await checkTool("bd", given.bd ?? set.bd, town);
  const gt = await checkTool("gt", given.gt ?? set.gt, town);
  const activity = bd.version !== undefined && hasActivity(bd.version);
  const faults = versionFaults(bd.version, gt.version);
  return {
    findings: [
      bd.finding,
      ...(bd.version === undefined || activity ? [] : [noActivity(bd.version)]),
      gt.finding,
      ...faults.map(({ level, name, fact, hint }) => ({ level, name, fact, hint })),
    ],
    activity,
    bd: bd.version,
  };
}

/** What the settings of the town name; settings that cannot be read are told of elsewhere. */
function toolsInSettings(town: string): ToolPaths {
  try {
    return optionsOf(town, readSettings(town));
  } catch (error) {
    if (error instanceof SettingsError) return {};
    throw error;
  }
}

async function checkTool(
  name: "bd" | "gt",
  given: string | undefined,
  town: string | undefined,
): Promise<{ readonly finding: Finding; readonly version?: Version }> {
  const file = findTool(name, given, process.env["PATH"], process.cwd());
  if (file === undefined) return { finding: missing(name, given) };
  const env = commandEnvironment(process.env, name === "bd" ? file : undefined);
  const version = await toolVersion(file, town ?? process.cwd(), env);
  if (version.kind !== "unknown")
    return { finding: good(name, `${version.line.trim()}, ${file}`), version: version.numbers };
  const fact = `${file} does not tell its version: ${version.why}`;
  return { finding: wrong(name, fact, `run \`${file} version\` to see what is the matter`) };
}

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

function missing(name: "bd" | "gt", given: string | undefined): Finding {
  if (given !== undefined)
    return wrong(name, `there is no program ${given}`, `check the path given with --${name}, or in the settings`);
  // Deno asks for leave before it tells the home directory: only now is it needed.
  const path = USUAL.map((dir) => (dir.startsWith("~/") ? join(homedir(), dir.slice(2)) : dir)).join(":");
  const found = findTool(name, undefined, path, "/");
  const need = name === "gt" ? "only gt can close a convoy and tell people" : "gt closes convoys with it";
  return found === undefined
    ? wrong(
        name,
        `is not on PATH: ${need}`,
        `install Gas Town, or name it with --${name} PATH or in settings/convoy-watcher.json`,
      )
    : wrong(
        name,
        `is not on PATH, but at ${found}: ${need}`,
        `add its directory to PATH, or run with --${name} ${found}`,
      );
}

/** Whether a bd of this version can be followed: `activity --town` came with 0.42 and went with 0.50. */
export function hasActivity([major, minor]: Version): boolean {
  return major === 0 && minor >= 42 && minor < 50;
}

function noActivity([major, minor]: Version): Finding {
  return note(
    "bd activity",
    major === 0 && minor < 42
      ? "this bd cannot follow a whole town (0.42 and later can)"
      : "this bd has no `activity` (it went with 0.50)",
    "nothing is missed: the databases are watched directly; with --source db this is not asked for",
  );
}
