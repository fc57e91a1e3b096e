import { LONGEST_DURATION, parseDuration } from "@gastown/convoy-core";
import type { DriverName, HookCommand, WatcherSettings } from "@gastown/convoy-watcher";
import {
  allSettings,
  hookFlag,
  type Setting,
  type SettingName,
  SETTINGS,
  type TimeSetting,
} from "@gastown/convoy-watcher/host";
import { type Command, InvalidArgumentError, Option } from "commander";

/** The shells that there is a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];
/** The command that those scripts ask; not for people. */
export const ASK = "__complete";

/** Options that a command has no use for: they are neither in its help nor accepted. */
const USELESS: Readonly<Record<string, readonly string[]>> = {
  demo: ["town", "bd", "gt", "gate"],
  list: ["bd", "gt"],
  status: ["bd", "gt", "quiet"],
  why: ["bd", "gt", "quiet"],
  wait: ["bd", "gt", "gate"],
  log: ["bd", "gt", "driver", "gate", "quiet"],
  config: ["quiet"],
  completion: ["town", "bd", "gt", "driver", "gate", "json", "quiet"],
  help: ["town", "bd", "gt", "driver", "gate", "json", "quiet"],
};

/** Whether an option of the program means something to this command. */
export function isUsedBy(option: Option, command: string): boolean {
  return !(USELESS[command] ?? []).includes(option.attributeName());
}

/** Ends with an error of usage when an option was given that would be ignored. */
export function refuseUseless(program: Command, command: Command): void {
  for (const option of program.options) {
    const given = program.getOptionValueSource(option.attributeName()) === "cli";
    if (given && !isUsedBy(option, command.name()))
      command.error(`error: ${command.name()} does not take '${option.flags}'`);
  }
}

/** Options of every command. */
export interface CommonOptions {
  readonly town?: string;
  readonly bd?: string;
  readonly gt?: string;
  /** As given; else the settings of the town say it. */
  readonly driver?: DriverName;
  /** As given; else the running watcher, or the settings of the town, say it. */
  readonly gate?: "off" | "merge";
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  /** False when `--no-color` is given. */
  readonly color: boolean;
}

/** Options of the commands that act. */
export interface LandingOptions extends CommonOptions {
  readonly dryRun?: true;
  /** The settings that were given as flags: these win over those of the town, and those over defaults. */
  readonly flags: WatcherSettings;
}

/** Reads `30s`, `500ms`, `2m`, `1h` into milliseconds, within the limits of a setting. */
function timeOf({ least, most = LONGEST_DURATION }: Pick<TimeSetting, "least" | "most">): (text: string) => number {
  return (text) => {
    const ms = parseDuration(text);
    if (ms === undefined) throw new InvalidArgumentError("Write it with a unit: 500ms, 30s, 2m.");
    if (ms > most) throw new InvalidArgumentError(`At most ${most / 3_600_000}h.`);
    if (ms < least) throw new InvalidArgumentError(`At least ${least}ms.`);
    return ms;
  };
}

/** A time that is waited for. */
export const lastingTime: (text: string) => number = timeOf({ least: 0 });
/** A time since something. */
export const anyTime: (text: string) => number = timeOf({ least: 0, most: Number.POSITIVE_INFINITY });

/** A number of things, from one on. */
export function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("Give a whole number, from 1 on.");
  return Number(text);
}

function listOf(allowed: readonly string[]): (text: string) => string[] {
  return (text) => {
    const chosen = text.split(",").map((word) => word.trim());
    for (const word of chosen) {
      if (!allowed.includes(word)) throw new InvalidArgumentError(`Choose from ${allowed.join(", ")}.`);
    }
    return allowed.filter((word) => chosen.includes(word));
  };
}

function hook(text: string): HookCommand {
  const command = hookFlag(text);
  if (command === undefined) throw new InvalidArgumentError("Give a command for sh, or a JSON array of words.");
  return command;
}

/** The flag of a setting. */
export function settingOption(name: SettingName): Option {
  const setting: Setting = SETTINGS[name];
  const option = new Option(setting.flag, setting.help);
  switch (setting.kind) {
    case "words":
      return option.argParser(listOf(setting.words)).default(setting.byDefault, setting.byDefault.join(","));
    case "word":
      return option.choices(setting.words);
    case "time":
      return option.argParser(timeOf(setting)).default(parseDuration(setting.byDefault), setting.byDefault);
    case "command":
      return option.argParser(hook);
    default:
      return option;
  }
}

/** The flags of the settings that these commands have, in the order of the table. */
export function settingOptions(of: Setting["of"]): Option[] {
  return allSettings().flatMap(([name, setting]) => (setting.of === of ? [settingOption(name)] : []));
}

/** The options of a command, and which of them were given. */
export function givenOptions(command: Command): LandingOptions {
  const options = command.optsWithGlobals<CommonOptions & WatcherSettings>();
  const given = Object.entries(options).filter(
    ([name]) => name in SETTINGS && command.getOptionValueSourceWithGlobals(name) !== "default",
  );
  return { ...options, flags: Object.fromEntries(given) };
}
