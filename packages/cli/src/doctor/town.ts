import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { messageOf, parseRoutes, type Route } from "@gastown/convoy-core";
import {
  freezeOf,
  isGasCity,
  isRigOfCity,
  leftOutOf,
  readSettings,
  SettingsError,
  settingsFileOf,
} from "@gastown/convoy-watcher";
import { stateDirOf } from "@gastown/convoy-watcher/host";
import { type Finding, good, note, wrong } from "./finding.ts";

/** Every line of `routes.jsonl`: whether it can be read, and leads somewhere. */
export function checkRoutes(town: string): Finding[] {
  const file = join(town, ".beads", "routes.jsonl");
  if (!existsSync(file)) {
    return [
      note(
        "routes.jsonl",
        "there is none: only issues of the town itself can be judged",
        "gt rig add writes it; see `gt rig list`",
      ),
    ];
  }
  const { routes, rejected } = parseRoutes(readFileSync(file, "utf8"));
  return [
    ...rejected.map(({ line, why, outside }) =>
      outside === undefined
        ? wrong(`line ${line}`, `is left out: ${why}`, `fix or remove line ${line} of ${file}`)
        : leftOut(town, outside, why),
    ),
    ...routes.map((route, at) => checkRoute(town, file, route, routes.slice(0, at))),
    ...(routes.length === 0 ? [note("routes.jsonl", "names no rig", "gt rig add writes it; see `gt rig list`")] : []),
  ];
}

/** What a Gas City's rig keeps is no fault of the rig that is looked at by itself. */
function leftOut(town: string, { prefix, path }: Route, why: string): Finding {
  const counted = leftOutOf(town).find((one) => one.prefix === prefix && one.path === path);
  if (counted !== undefined) return wrong(prefix, `is left out (${path}): ${why}`, counted.hint);
  return note(prefix, `leads to ${path}, which is not looked at`, "a rig of a Gas City keeps what its convoys track");
}

function checkRoute(town: string, file: string, { prefix, path }: Route, before: readonly Route[]): Finding {
  const dir = join(town, path);
  const remove = `remove its line from ${file}, or bring the rig back`;
  const twin = before.find((route) => route.prefix === prefix);
  if (twin !== undefined && twin.path !== path)
    return note(
      prefix,
      `leads to ${path}, but an earlier line leads to ${twin.path}, and counts`,
      `remove one of the two lines of ${file}`,
    );
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory())
    return wrong(prefix, `leads nowhere: there is no directory ${dir}`, remove);
  if (!existsSync(join(dir, ".beads")))
    return wrong(prefix, `leads to ${path}, which has no .beads`, `run \`bd init\` in ${dir}, or ${remove}`);
  return good(prefix, `leads to ${path === "." ? "the town" : path}`);
}

/** Whether gc closes the convoys of this directory, a Gas City or a rig of one, so that there is nothing to watch for. */
export function isOfCity(town: string): boolean {
  return !isTown(town) && (isGasCity(town) || isRigOfCity(town));
}

/** The town's root, and whether the watcher can keep its own files there. */
export function checkTown(town: string): Finding[] {
  if (isOfCity(town)) return [cityFinding(town), checkSettings(town)];
  return [
    isTown(town)
      ? good("root", town)
      : note("root", `${town} has no mayor/town.json`, "gt does not take it for a town: name the root that gt made"),
    checkOwnFiles(stateDirOf(town)),
    checkSettings(town),
    ...checkFreeze(town),
  ];
}

function isTown(dir: string): boolean {
  return existsSync(join(dir, "mayor", "town.json"));
}

/** A Gas City, or a rig of one. */
function cityFinding(town: string): Finding {
  return isGasCity(town)
    ? note(
        "root",
        `${town} is a Gas City (city.toml): each rig keeps its own convoys, and gc closes them`,
        "`convoy-cli list --town RIG` reads the convoys of one rig, read only; `gc convoy check` closes what is complete",
      )
    : note(
        "root",
        `${town} is a rig of a Gas City, whose convoys gc closes`,
        "`list` and `why` read this rig's convoys; `gc convoy check` closes what is complete",
      );
}

/** The settings that `watch`, `check` and the plugin will read. */
function checkSettings(town: string): Finding {
  const file = settingsFileOf(town);
  try {
    const keys = Object.keys(readSettings(town));
    return good(
      "settings",
      keys.length === 0
        ? `all defaults (${relative(town, file)} ${existsSync(file) ? "sets none" : "is not there"})`
        : `${keys.join(", ")}, from ${file}`,
    );
  } catch (error) {
    if (error instanceof SettingsError) return wrong("settings", error.message, error.hint);
    throw error;
  }
}

/** A migration that somebody has under way. */
function checkFreeze(town: string): Finding[] {
  const freeze = freezeOf(town, process.env);
  if (freeze === undefined) return [];
  return [
    note(
      "freeze",
      `landings are on hold: ${freeze.reason}`,
      `they are taken up again when it is over: \`gt migrate thaw\`, or rm ${freeze.file}`,
    ),
  ];
}

function checkOwnFiles(dir: string): Finding {
  let present = dir;
  while (!existsSync(present)) present = dirname(present);
  try {
    accessSync(present, constants.R_OK | constants.W_OK | constants.X_OK);
    return good("own files", dir);
  } catch (error) {
    return wrong(
      "own files",
      `${present} cannot be written (${messageOf(error)})`,
      `chown or chmod it: the watcher keeps its lock and status in ${dir}`,
    );
  }
}
