import { existsSync } from "node:fs";
import { findIssue } from "../beads/rows.ts";
import { read } from "../schema/open.ts";
import { townRig } from "./rig.ts";
import type { Rig } from "./rig.ts";

export interface Homes {
  /** The town itself. */
  readonly hq: Rig;
  /** Throws when there is no such rig. */
  named(rig?: string): Rig;
  /** Where an existing issue lives: where it was created, else by its prefix, else the first database that has it. */
  homeOf(id: string): Rig;
  /** Where a new issue belongs: by its longest matching prefix, else the town. */
  newHome(id?: string): Rig;
  remember(id: string, rig: Rig): string;
  /** Names of the rigs, without the town itself. */
  names(): readonly string[];
  add(rig: Rig): void;
}

const holds = (rig: Rig, id: string): boolean =>
  existsSync(rig.file) && read(rig.file, (db) => findIssue(db, id) !== undefined);

export const homes = (initial: readonly Rig[]): Homes => {
  const rigs = [...initial];
  const remembered = new Map<string, Rig>();
  const byName = new Map(rigs.map((rig) => [rig.name, rig]));

  const named = (name: string = townRig): Rig => {
    const rig = byName.get(name);
    if (rig === undefined) throw new Error(`There is no rig ${name} in this town`);
    return rig;
  };
  const hq = named();
  const newHome = (id = ""): Rig =>
    remembered.get(id) ??
    rigs
      .filter(({ prefix }) => id.startsWith(`${prefix}-`))
      .toSorted((one, other) => other.prefix.length - one.prefix.length)[0] ??
    hq;

  return {
    hq,
    named,
    newHome,
    homeOf: (id) => {
      const likely = newHome(id);
      return remembered.get(id) ?? [likely, ...rigs].find((rig) => holds(rig, id)) ?? likely;
    },
    names: () => rigs.filter((rig) => rig !== hq).map(({ name }) => name),
    add: (rig) => {
      rigs.push(rig);
      byName.set(rig.name, rig);
    },
    remember: (id, rig) => {
      remembered.set(id, rig);
      return id;
    },
  };
};
