import { buildTown } from "../build-town.ts";
import type { Town } from "../town/types.ts";
import { createDoltBeads, type DoltBeads } from "./beads.ts";
import type { DoltSchema } from "./schema.ts";
import type { SqlServer } from "./server.ts";

export interface DoltTownOptions {
  /** Prefix of each rig, by its name. */
  readonly rigs?: Readonly<Record<string, string>>;
  readonly schema?: DoltSchema;
  /** Rigs, or `hq`, that are kept in SQLite as before. */
  readonly sqlite?: readonly string[];
  /** Put before the database names, so that towns can share a server. */
  readonly namespace?: string;
}

export interface DoltTown {
  readonly dir: string;
  /** The files; its methods write to SQLite, which is stale wherever Dolt is used. */
  readonly files: Town;
  /** The database of a rig, or of the town (`hq`). */
  beads(rig?: string): DoltBeads;
}

/** A town whose databases are on a server, with the stale SQLite files that a migration leaves beside them. */
export const buildDoltTown = async (
  dir: string,
  server: SqlServer,
  options: DoltTownOptions = {},
): Promise<DoltTown> => {
  const { rigs = { alpha: "al", beta: "be" }, schema = "1.0.0", sqlite = [], namespace = "" } = options;
  const inDolt = (name: string): { backend: "dolt"; doltPort: number; database: string } | undefined =>
    sqlite.includes(name) ? undefined : { backend: "dolt", doltPort: server.port, database: `${namespace}${name}` };
  const files = buildTown(dir, {
    hq: { ...inDolt("hq") },
    rigs: Object.fromEntries(Object.entries(rigs).map(([name, prefix]) => [name, { prefix, ...inDolt(name) }])),
  });
  const beads = new Map<string, DoltBeads>();
  for (const name of ["hq", ...Object.keys(rigs)])
    if (inDolt(name) !== undefined) beads.set(name, await createDoltBeads(server, `${namespace}${name}`, schema));
  return {
    dir,
    files,
    beads(rig = "hq") {
      const found = beads.get(rig);
      if (found === undefined) throw new Error(`${rig} is not kept on a server`);
      return found;
    },
  };
};
