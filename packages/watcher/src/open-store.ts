import {
  type ConvoyStore,
  createTownStore,
  type GateOptions,
  gatedStore,
  type TownStoreOptions,
} from "@gastown/convoy-core";
import type { TownFiles, TownOptions } from "@gastown/sqlite-resolver";
import { openFiles } from "./open-files.ts";
import { systemClock } from "./system-clock.ts";

/** The databases of a town, opened for reading. */
export interface OpenedStore {
  readonly store: ConvoyStore;
  readonly files: TownFiles;
  close(): void;
}

/** Opens whatever a town keeps its issues in. Nothing is read, locked or written before the first question. */
export function openStore(
  town: string,
  options: TownStoreOptions &
    Pick<TownOptions, "onRejectedRoutes" | "driver"> & { readonly gate?: GateOptions | undefined } = {},
): OpenedStore {
  const { onFault, onRejectedRoutes, driver, gate } = options;
  const { files, close } = openFiles(town, { driver, ...(onRejectedRoutes && { onRejectedRoutes }) });
  const store = createTownStore(files.databases, { now: () => systemClock.now(), ...(onFault && { onFault }) });
  return { store: gate === undefined ? store : gatedStore(store, gate), files, close };
}
