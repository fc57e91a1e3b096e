import { createTownStore, type ConvoyStore, type DatabaseError } from "@gastown/convoy-core";
import { createTownPlaces, type TownPlaces } from "@gastown/sql";
import { tempDir } from "@gastown/test-fixtures";
import { buildDoltTown, type DoltBeads, type DoltSchema, type SqlServer } from "@gastown/test-fixtures/dolt";
import { onTestFinished } from "vitest";
import { createDoltTown, type DoltTown } from "../../src/index.ts";

/** What tests write with. */
export type Writer = Pick<DoltBeads, "issue" | "convoy" | "close" | "setStatus" | "remove" | "track">;

export interface StoreUnderTest {
  readonly dir: string;
  readonly store: ConvoyStore;
  readonly files: TownPlaces;
  readonly faults: Map<string, DatabaseError>;
  writer(rig?: string): Writer;
}

/** The resolver over a town on disk, with Dolt as it is wired in the watcher. */
export function openStore(
  dir: string,
  env: Record<string, string | undefined> = {},
  now = (): number => performance.now(),
): Omit<StoreUnderTest, "writer"> & { dolt: DoltTown } {
  const clock = { now };
  const dolt = createDoltTown({ town: dir, env, clock, random: () => 0 });
  const files = createTownPlaces({ town: dir, now: clock.now, openDolt: (store) => dolt.open(store) });
  onTestFinished(async () => {
    files.close();
    await dolt.close();
  });
  const faults = new Map<string, DatabaseError>();
  const store = createTownStore(files.databases, {
    onFault: (rig, error) => (error === undefined ? faults.delete(rig) : faults.set(rig, error)),
  });
  return { dir, store, files, faults, dolt };
}

let serial = 0;

/** A town with the rigs alpha and beta, empty. */
export async function newStore(server: () => SqlServer, schema: DoltSchema = "1.0.0"): Promise<StoreUnderTest> {
  const dir = `${tempDir(onTestFinished).path}/town`;
  const town = await buildDoltTown(dir, server(), { schema, namespace: `t${(serial += 1)}_` });
  return { ...openStore(dir), writer: (rig) => town.beads(rig) };
}
