import { type ConvoyStore, createTownStore, type DatabaseError } from "@gastown/convoy-core";
import { onTestFinished } from "vitest";
import { openTown, type TownFiles, type TownOptions } from "../../src/index.ts";
import { driver } from "./driver.ts";

export interface OpenStore {
  readonly store: ConvoyStore;
  readonly files: TownFiles;
  /** The last fault of each rig that could not be read. */
  readonly faults: Map<string, DatabaseError>;
}

/** The store of a town over its databases. The town's files are read anew for every question. */
export function openStore(town: string, options: Partial<TownOptions> = {}): OpenStore {
  let now = 0;
  const files = openTown({ town, now: () => (now += 10_000), driver, ...options });
  onTestFinished(files.close);
  const faults = new Map<string, DatabaseError>();
  const store = createTownStore(files.databases, {
    onFault: (rig, error) => void (error === undefined ? faults.delete(rig) : faults.set(rig, error)),
  });
  return { store, files, faults };
}

/** Convoys with the state of each tracked issue, in order. */
export async function statesOf(store: ConvoyStore, ...ids: string[]): Promise<Record<string, string[]>> {
  const convoys = await store.readConvoys(ids.length > 0 ? ids : await store.openConvoys());
  return Object.fromEntries([...convoys].map(([id, { tracked }]) => [id, tracked.map(({ state }) => state)]));
}
