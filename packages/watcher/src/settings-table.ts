/** How a command of the user's is run: a text by `sh -c`, a list of words without a shell. */
export type HookCommand = readonly [string, ...string[]];

interface Said {
  /** The flag of the same meaning, with the name of its value. */
  readonly flag: `--${string} <${string}>`;
  /** For the help of the flag. */
  readonly help: string;
  /** For the documentation; `help` by default. */
  readonly means?: string;
  /** Commands that have the flag; `every` for all of them. */
  readonly of: "every" | "watch" | "watch and check";
  /** What holds when nothing is said, in words, where that is no value. */
  readonly otherwise?: string;
}

/** A time; the limits in milliseconds, a day when `most` is left out. */
export interface TimeSetting extends Said {
  readonly kind: "time";
  readonly least: number;
  readonly most?: number;
  readonly byDefault: string;
}

/** A setting, and all that is said of it: in the file, as a flag, in the help and in the documentation. */
export type Setting =
  | TimeSetting
  /** Some of these words. */
  | (Said & { readonly kind: "words"; readonly words: readonly string[]; readonly byDefault: readonly string[] })
  /** One of these words. */
  | (Said & { readonly kind: "word"; readonly words: readonly string[] })
  /** Where a program is. */
  | (Said & { readonly kind: "path"; readonly program: string })
  /** A command to run. */
  | (Said & { readonly kind: "command" });

const DAY = 24 * 3_600_000;

/**
 * What `<town>/settings/convoy-watcher.json` may say, in the order in which it is listed. Flags, defaults, the check of the
 * file, its JSON Schema, `convoy-cli config` and the table of docs/reference/settings.md are made from this.
 */
export const SETTINGS = {
  source: {
    kind: "words",
    words: ["bd", "db"],
    byDefault: ["bd", "db"],
    flag: "--source <names>",
    help: "where hints come from: bd (bd activity), db (the databases)",
    of: "watch",
  },
  sweep: {
    kind: "time",
    least: 100,
    byDefault: "30s",
    flag: "--sweep <time>",
    help: "sweep all open convoys this often",
    means: "how often every open convoy is looked at, whatever was heard",
    of: "watch",
  },
  grace: {
    kind: "time",
    least: 0,
    byDefault: "7s",
    flag: "--grace <time>",
    help: "let a running gt daemon close a complete convoy first, for this long",
    means: "how long a complete convoy is left to a live `gt daemon`; without one there is no wait",
    of: "watch and check",
  },
  tell: {
    kind: "time",
    least: 1_000,
    byDefault: "5m",
    flag: "--tell <time>",
    help: "how long gt may take to tell people about a convoy it closed",
    means: "how long gt may tell people once it has closed a convoy; then it is ended. It holds up no other landing",
    of: "watch and check",
  },
  land: {
    kind: "words",
    words: ["check", "close", "force"],
    byDefault: ["check", "close", "force"],
    flag: "--land <steps>",
    help: "steps that may be tried: check, close, force",
    means: "which steps may be taken, always in this order ([below](#steps))",
    of: "watch and check",
  },
  bd: {
    kind: "path",
    program: "bd",
    otherwise: "the one on `PATH`",
    flag: "--bd <path>",
    help: "bd to run (default: the one on PATH)",
    means: "a relative path starts at the town; that of the flag at the working directory",
    of: "every",
  },
  gt: {
    kind: "path",
    program: "gt",
    otherwise: "the one on `PATH`",
    flag: "--gt <path>",
    help: "gt to run (default: the one on PATH)",
    means: "the same",
    of: "every",
  },
  driver: {
    kind: "word",
    words: ["better-sqlite3", "node-sqlite"],
    otherwise: "better-sqlite3",
    flag: "--driver <name>",
    help: "SQLite driver (default: better-sqlite3, or the town's setting)",
    means: "what reads SQLite files, for every command ([which](../guides/deno.md#the-drivers))",
    of: "every",
  },
  gate: {
    kind: "word",
    words: ["off", "merge"],
    otherwise: '`"off"`',
    flag: "--gate <name>",
    help: "merge: also wait until the work of each issue is merged",
    means:
      "`merge`: a convoy waits until the work of its closed issues is merged ([the gate](../guides/merge-gate.md))",
    of: "every",
  },
  mergeStale: {
    kind: "time",
    least: 100,
    most: 2_592_000_000,
    byDefault: "24h",
    flag: "--merge-stale <time>",
    help: "with --gate merge, report a merge request that has not changed for this long",
    of: "watch and check",
  },
  onLand: {
    kind: "command",
    otherwise: "none",
    flag: "--on-land <command>",
    help: "run this for each convoy that lands",
    means: "run for each convoy that lands ([how](../cli.md#hooks))",
    of: "watch and check",
  },
  onStuck: {
    kind: "command",
    otherwise: "none",
    flag: "--on-stuck <command>",
    help: "run this for each convoy that gt cannot close",
    means: "run for each convoy that `gt` cannot close",
    of: "watch and check",
  },
  onClosed: {
    kind: "command",
    otherwise: "none",
    flag: "--on-closed <command>",
    help: "run this for each convoy somebody else closes",
    means: "run for each convoy that somebody else closes: by hand, or gt's own daemon",
    of: "watch and check",
  },
  onUntold: {
    kind: "command",
    otherwise: "none",
    flag: "--on-untold <command>",
    help: "run this when a convoy landed but somebody could not be told",
    means: "run when a convoy has landed and somebody who waits for it could not be told",
    of: "watch and check",
  },
  onDown: {
    kind: "command",
    otherwise: "none",
    flag: "--on-down <command>",
    help: "run this when a source has been down for a minute, or the watcher fails",
    of: "watch and check",
  },
} as const;

export type SettingName = keyof typeof SETTINGS;

/** All settings with their names, in the order of the table. */
export function allSettings(): (readonly [SettingName, Setting])[] {
  const table: Readonly<Record<SettingName, Setting>> = SETTINGS;
  return Object.entries(table) as [SettingName, Setting][];
}

type ValueOf<S extends Setting> = S extends { readonly kind: "words"; readonly words: readonly (infer W)[] }
  ? W[]
  : S extends { readonly kind: "word"; readonly words: readonly (infer W)[] }
    ? W
    : { readonly time: number; readonly path: string; readonly command: HookCommand }[S["kind"] &
        ("time" | "path" | "command")];

/** The settings after the check: times in milliseconds, commands as words. What is left out has its default. */
export type WatcherSettings = {
  readonly [Name in SettingName]?: ValueOf<(typeof SETTINGS)[Name]> | undefined;
};

/** What is allowed as a value, in words; a time is of at most a day unless the setting says more. */
export function allowedFor(setting: Setting): string {
  const list = (words: readonly string[]): string => words.map((word) => JSON.stringify(word)).join(", ");
  switch (setting.kind) {
    case "words":
      return `a list of at least one of ${list(setting.words)}`;
    case "word":
      return list(setting.words);
    case "time": {
      const most = mostOf(setting);
      const least = setting.least === 0 ? "" : ` and at least "${setting.least}ms"`;
      return `a time with its unit, such as "500ms", "30s" or "2m", of at most "${most / 3_600_000}h"${least}`;
    }
    case "path":
      return `the path of ${setting.program}`;
    default:
      return "a command: a text for sh, or a list of words";
  }
}

/** The longest time a setting takes, in milliseconds. */
export function mostOf({ most = DAY }: { readonly most?: number }): number {
  return most;
}

/** A command as given: a text is for a shell, a JSON list of words for none. Undefined when it is neither. */
export function hookCommand(given: unknown): HookCommand | undefined {
  if (typeof given === "string") return given.trim() === "" || given.includes("\0") ? undefined : ["sh", "-c", given];
  if (!Array.isArray(given) || !given.every((word) => typeof word === "string" && !word.includes("\0")))
    return undefined;
  const [program, ...args] = given as string[];
  return program === undefined || program === "" ? undefined : [program, ...args];
}

/** The same from a flag, where a list is JSON; `[ -f x ] && y` is for a shell, too. */
export function hookFlag(text: string): HookCommand | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return hookCommand(value);
  } catch {
    // A text for a shell.
  }
  return hookCommand(text);
}
