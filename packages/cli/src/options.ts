import { type LandStep, LONGEST_DURATION, parseDuration } from "@gastown/convoy-core";
import type { DriverName, SourceName } from "@gastown/convoy-watcher";
import { type Command, InvalidArgumentError, Option } from "commander";

/** Options of every command. */
export interface CommonOptions {
  readonly town?: string;
  readonly bd?: string;
  readonly gt?: string;
  /** As given; else the settings of the town say it. */
  readonly driver?: DriverName;
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  /** False when `--no-color` is given. */
  readonly color: boolean;
}

/** Options of the commands that act. Durations in milliseconds. */
export interface LandingOptions extends CommonOptions {
  readonly grace: number;
  readonly land: readonly LandStep[];
  readonly dryRun?: true;
  /** As given; it is split when a town is opened. */
  readonly onLand?: string;
  /** Names of the options that were given: these win over the settings of the town, and the settings over defaults. */
  readonly given: ReadonlySet<string>;
}

export interface WatchOptions extends LandingOptions {
  readonly source: readonly SourceName[];
  readonly sweep: number;
}

/** Reads `30s`, `500ms`, `2m`, `1h` into milliseconds. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError("Write it with a unit: 500ms, 30s, 2m.");
  if (ms > LONGEST_DURATION) throw new InvalidArgumentError("At most 24h.");
  return ms;
}

/** A duration that must not be zero. */
export function interval(text: string): number {
  const ms = duration(text);
  if (ms < 100) throw new InvalidArgumentError("At least 100ms.");
  return ms;
}

function listOf<T extends string>(allowed: readonly T[]): (text: string) => T[] {
  return (text) => {
    const chosen = text.split(",").map((word) => word.trim());
    for (const word of chosen) {
      if (!allowed.includes(word as T)) throw new InvalidArgumentError(`Choose from ${allowed.join(", ")}.`);
    }
    return allowed.filter((word) => chosen.includes(word));
  };
}

/** Written out: the packages that have the drivers are loaded by the commands that need them. */
const DRIVERS: readonly DriverName[] = ["better-sqlite3", "node-sqlite"];
const SOURCES: readonly SourceName[] = ["bd", "db"];
const STEPS: readonly LandStep[] = ["check", "close", "force"];

export const driverOption: Option = new Option(
  "--driver <name>",
  "what reads SQLite files; by default better-sqlite3, or what the settings say",
).choices(DRIVERS);
export const graceOption: Option = new Option(
  "--grace <time>",
  "leave a complete convoy to a live gt daemon for so long",
)
  .argParser(duration)
  .default(5_000, "5s");
export const landOption: Option = new Option("--land <steps>", "which steps may be taken: check, close, force")
  .argParser(listOf(STEPS))
  .default(STEPS, STEPS.join(","));
export const sourceOption: Option = new Option(
  "--source <names>",
  "where hints come from: bd (bd activity), db (the database files)",
)
  .argParser(listOf(SOURCES))
  .default(SOURCES, SOURCES.join(","));
export const sweepOption: Option = new Option("--sweep <time>", "look at every open convoy so often")
  .argParser(interval)
  .default(30_000, "30s");
export const onLandOption: Option = new Option(
  "--on-land <command>",
  "run this for each landed convoy, without a shell: words quoted as for one, or a JSON array",
);
export const dryRunOption: Option = new Option("--dry-run", "find out, run nothing, write nothing");
export const demoStoreOption: Option = new Option(
  "--store <store>",
  "the databases of the town: files, or on a Dolt server",
)
  .choices(["sqlite", "dolt"])
  .default("sqlite");

/** The options of a command that acts. */
export function landingOptions<T extends LandingOptions>(command: Command): T {
  const options = command.optsWithGlobals<T>();
  const given = Object.keys(options).filter((name) => command.getOptionValueSourceWithGlobals(name) !== "default");
  return { ...options, given: new Set(given) };
}
