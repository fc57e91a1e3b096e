import { type ConvoyStore, createTownStore, type TownStoreOptions } from "@gastown/convoy-core";
import type { TownFiles, TownOptions } from "@gastown/sqlite-resolver";
import { openFiles } from "./open-files.ts";

/** The databases of a town, opened for reading. */
export interface OpenedStore {
  readonly store: ConvoyStore;
  readonly files: TownFiles;
  close(): void;
}

/** Opens whatever a town keeps its issues in. Nothing is read, locked or written before the first question. */
export function openStore(
  town: string,
  options: TownStoreOptions & Pick<TownOptions, "onRejectedRoutes" | "driver"> = {},
): OpenedStore {
  const { onFault, onRejectedRoutes, driver } = options;
  const { files, close } = openFiles(town, { driver, ...(onRejectedRoutes && { onRejectedRoutes }) });
  return {
    store: createTownStore(files.databases, { ...(onFault && { onFault }) }),
    files,
    close,
  };
}
