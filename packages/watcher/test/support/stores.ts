import { createTownStore, type ConvoyStore } from "@gastown/convoy-core";
import { createDoltTown } from "@gastown/dolt-resolver";
import { openTown, type TownFiles } from "@gastown/sqlite-resolver";
import { buildTown, tempDir } from "@gastown/test-fixtures";
import {
  buildDoltTown,
  type DoltBeads,
  type DoltSchema,
  type ServerKind,
  type SqlServer,
} from "@gastown/test-fixtures/dolt";
import { onTestFinished } from "vitest";

/** What the suite over all stores writes with. */
export type Writer = Pick<DoltBeads, "issue" | "convoy" | "close" | "setStatus" | "remove" | "track">;

export interface StoreUnderTest {
  readonly dir: string;
  readonly store: ConvoyStore;
  readonly files: TownFiles;
  writer(rig?: string): Writer;
}

export const storeKinds = (kinds: readonly ServerKind[]): readonly ("sqlite" | ServerKind)[] => ["sqlite", ...kinds];

/** The resolvers over a town on disk, as they are wired in the watcher. */
function openStore(dir: string): Omit<StoreUnderTest, "writer"> {
  const clock = { now: (): number => performance.now() };
  const dolt = createDoltTown({ town: dir, env: {}, clock, random: () => 0 });
  const files = openTown({ town: dir, now: clock.now, openDolt: (store) => dolt.open(store) });
  onTestFinished(async () => {
    files.close();
    await dolt.close();
  });
  return { dir, store: createTownStore(files.databases), files };
}

let serial = 0;

/** A town with the rigs alpha and beta, empty. */
export async function newStore(
  kind: "sqlite" | ServerKind,
  server: () => SqlServer,
  schema: DoltSchema = "1.0.0",
): Promise<StoreUnderTest> {
  const dir = `${tempDir(onTestFinished).path}/town`;
  if (kind === "sqlite") {
    const town = buildTown(dir, { rigs: { alpha: { prefix: "al" }, beta: { prefix: "be" } } });
    return { ...openStore(dir), writer: (rig = "hq") => sqliteWriter(town, rig) };
  }
  const town = await buildDoltTown(dir, server(), { schema, namespace: `t${(serial += 1)}_` });
  return { ...openStore(dir), writer: (rig) => town.beads(rig) };
}

function sqliteWriter(town: ReturnType<typeof buildTown>, rig: string): Writer {
  return {
    issue: async ({ wisp: _wisp, ...issue }) => town.createIssue({ ...issue, rig }),
    convoy: async ({ wisp: _wisp, tracks, ...convoy }) => town.createConvoy({ ...convoy, rawTracks: tracks }),
    track: async (convoy, reference) => town.track(convoy, reference),
    close: async (id) => town.close(id, { rig }),
    setStatus: async (id, status) => town.setStatus(id, status, { rig }),
    remove: async (id) => town.hardDelete(id, { rig }),
  };
}
