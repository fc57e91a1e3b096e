import { openRigs } from "./town/open-rigs.ts";
import { layRigs } from "./town/rig.ts";
import { townOver } from "./town/town.ts";
import type { Town, TownOptions } from "./town/types.ts";
import { writeRig, writeTownFiles } from "./town/write-files.ts";

/** Writes a town with real SQLite databases, as bd leaves them. The directory is made when it is not there. */
export const buildTown = (dir: string, options: TownOptions = {}): Town => {
  const rigs = layRigs(dir, options);
  writeTownFiles(dir, rigs, options);
  for (const rig of rigs) writeRig(rig, options);
  return townOver(dir, rigs, options);
};

/** A town that is already on disk, by its routes. */
export const openTown = (dir: string): Town => townOver(dir, openRigs(dir));
