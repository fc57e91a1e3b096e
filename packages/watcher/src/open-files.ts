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
