import type { Town, TownOptions } from "./town/types.ts";

/** Writes a town with real SQLite databases, as bd leaves them. */
export const buildTown = (_dir: string, _options: TownOptions = {}): Town => {
  throw new Error("not written yet");
};

/** A town that is already on disk, by its routes. */
export const openTown = (_dir: string): Town => {
  throw new Error("not written yet");
};
