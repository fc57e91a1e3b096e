import {
  type ConvoyStore,
  createTownStore,
  gatedStore,
  type GateOptions,
  type TownStoreOptions,
} from "@gastown/convoy-core";
import { createDoltTown, type DoltTown } from "@gastown/dolt-resolver";
import { openTown, type TownFiles, type TownOptions } from "@gastown/sqlite-resolver";
import { systemClock } from "./system-clock.ts";

/** The databases of a town, each in what it is kept in. */
export interface OpenedFiles {
  readonly files: TownFiles;
  readonly dolt: DoltTown;
  /** Lets go of files at once, and of connections within a second. */
  close(): void;
}

/** Nothing is read or connected before the first question. */
export function openFiles(town: string, options: Pick<TownOptions, "onRejectedRoutes" | "driver"> = {}): OpenedFiles {
  const dolt = createDoltTown({ town, env: process.env, clock: systemClock, random: Math.random });
  const files = openTown({
    town,
    now: systemClock.now,
    driver: options.driver,
    openDolt: (store) => dolt.open(store),
    ...(options.onRejectedRoutes && { onRejectedRoutes: options.onRejectedRoutes }),
  });
  return {
    files,
    dolt,
    close() {
      files.close();
      void dolt.close();
    },
  };
}

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
