import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { findIssue } from "../beads/rows.ts";
import { read } from "../schema/database.ts";
import { type Rig, townRig } from "./places.ts";

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

const base36 = "0123456789abcdefghijklmnopqrstuvwxyz";
const base32 = "abcdefghijklmnopqrstuvwxyz234567";

const pick = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");

const unused = (make: () => string, taken: (id: string) => boolean): string => {
  const id = make();
  return taken(id) ? unused(make, taken) : id;
};

/** An id as bd makes them: `al-a3f9`. */
export const issueId = (prefix: string, taken: (id: string) => boolean): string =>
  unused(() => `${prefix}-${pick(base36, 4)}`, taken);

/** An id as gt makes them: `hq-cv-k3v7q`. */
export const convoyId = (prefix: string, taken: (id: string) => boolean): string =>
  unused(() => `${prefix}-cv-${pick(base32, 5)}`, taken);
