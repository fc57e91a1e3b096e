import { realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { messageOf } from "@gastown/convoy-core";
import { isDenied } from "@gastown/process";
import { TownNotFoundError } from "./errors.ts";
import { statOf } from "./state-dir.ts";

const TOWN_FILE = join("mayor", "town.json");

/** What is known of where the town is. */
export interface TownSearch {
  /** What the user named; it needs only a `.beads`, unless it lies in a town. */
  readonly town?: string | undefined;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The root of the town: the one named, else the outermost parent of the working directory with `mayor/town.json` (as
 * gt looks for it), else `GT_TOWN_ROOT`, else `GT_ROOT`.
 *
 * @throws {TownNotFoundError}
 */
export function findTown({ town, cwd, env }: TownSearch): string {
  if (town === "")
    throw new TownNotFoundError(cwd, "--town is empty", "give it the root of the town; is a variable unset?");
  if (town !== undefined) return outsideOfOthers(checked(resolve(cwd, town)));
  const around = outermost(cwd, TOWN_FILE) ?? (env["GT_TOWN_ROOT"] || env["GT_ROOT"]);
  if (around === undefined || around === "") {
    const city = outermost(cwd, "city.toml");
    if (city !== undefined)
      throw new TownNotFoundError(
        cwd,
        `no Gas Town here: ${city} is a Gas City (city.toml), whose convoys gc closes`,
        `\`convoy-cli list --town RIG\` reads the convoys of one of its rigs, and --town ${city} its own, read only`,
      );
    throw new TownNotFoundError(
      cwd,
      `no Gas Town here: neither ${cwd} nor a parent of it has mayor/town.json`,
      "run this inside a town, or name one with --town DIR; `convoy-cli demo` needs none",
    );
  }
  return outsideOfOthers(checked(resolve(cwd, around)));
}

/** A rig has a `.beads`, too, but no convoys of the town: taken for one, it would be watched for nothing. */
function outsideOfOthers(town: string): string {
  if (isFile(join(town, TOWN_FILE), false)) return town;
  const around = outermost(dirname(town), TOWN_FILE);
  if (around === undefined) return town;
  throw new TownNotFoundError(town, `${town} is a part of the town ${around}`, `use --town ${around}`);
}

/** The outermost directory, from this one up, that has this file. */
function outermost(cwd: string, file: string): string | undefined {
  let found: string | undefined;
  for (let dir = cwd; ; dir = dirname(dir)) {
    if (isFile(join(dir, file), dir === cwd)) found = dir;
    if (dirname(dir) === dir) return found;
  }
}

/** Deno may be kept from looking into the parents, but not from looking at all. */
function isFile(path: string, mayLook: boolean): boolean {
  try {
    return statSync(path).isFile();
  } catch (error) {
    if (mayLook && isDenied(error)) throw error;
    return false;
  }
}

/** Loops of links, and directories that may not be entered, are faults of the path that was named. */
function checked(town: string): string {
  const wrong = (message: string, hint: string): TownNotFoundError => new TownNotFoundError(town, message, hint);
  const named = "check the path given with --town, GT_TOWN_ROOT or GT_ROOT";
  try {
    const stat = statOf(town);
    if (stat === undefined) throw wrong(`there is no directory ${town}`, named);
    if (!stat.isDirectory())
      throw wrong(`${town} is not a directory`, "name the root of the town, the directory with mayor/ and .beads/");
    if (!statOf(join(town, ".beads"))?.isDirectory())
      throw wrong(
        `${town} is not a town: it has no .beads directory`,
        "name the root of the town, or make one with `gt install`",
      );
    return realpathSync(town);
  } catch (error) {
    if (error instanceof TownNotFoundError) throw error;
    throw wrong(`${town} cannot be looked into: ${messageOf(error)}`, `${named}, and the modes of its directories`);
  }
}
