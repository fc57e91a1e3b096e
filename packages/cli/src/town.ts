import { type ConvoySnapshot, type ConvoyStore, isDone, routeOf, type TrackedIssue } from "@gastown/convoy-core";
import { findTown, findWatcher, type FoundWatcher, type OpenedStore, openStore } from "@gastown/convoy-watcher";
import { driverOf, gateOf } from "@gastown/convoy-watcher/host";
import { ConvoyNotFoundError, NotAConvoyError } from "./errors.ts";
import type { CommonOptions } from "./options.ts";

/** What was said of a town on the command line. */
interface Asked {
  readonly town?: string | undefined;
  readonly driver?: CommonOptions["driver"];
  readonly gate?: CommonOptions["gate"];
}

/**
 * The root of the town that a command is about.
 *
 * @throws {TownNotFoundError}
 */
export function townOf({ town }: Asked): string {
  return findTown({ town, cwd: process.cwd(), env: process.env });
}

/** A town as the commands see it that only look. */
export interface ReadTown {
  readonly town: string;
  readonly store: ConvoyStore;
  readonly files: OpenedStore["files"];
  readonly found: FoundWatcher;
}

/** Finds the town, reads it and lets go of it. Takes no lock, writes nothing and needs no program. */
export async function readTown<T>(options: Asked, work: (town: ReadTown) => Promise<T>): Promise<T> {
  const town = townOf(options);
  const { store, files, close } = openStore(town, {
    driver: driverOf(town, options.driver),
    gate: gateOf(town, options.gate),
  });
  try {
    return await work({ town, store, files, found: findWatcher(town) });
  } finally {
    close();
  }
}

const CHUNK = 500;

/** These convoys, as many as are there. */
export async function readConvoys(store: ConvoyStore, ids: readonly string[]): Promise<ConvoySnapshot[]> {
  const convoys: ConvoySnapshot[] = [];
  for (let from = 0; from < ids.length; from += CHUNK) {
    convoys.push(...(await store.readConvoys(ids.slice(from, from + CHUNK))).values());
  }
  return convoys;
}

/** An issue, whether or not a convoy tracks it: from its home, else from the town. */
export async function findIssue({ files }: Pick<ReadTown, "files">, id: string): Promise<TrackedIssue | undefined> {
  const { town, homes } = await files.databases();
  for (const home of new Set([routeOf(homes, id) ?? town, town])) {
    const [row] = await (await home.open()).issues([id]);
    if (row === undefined) continue;
    return { ...row, reference: id, state: isDone(row.status) ? "done" : "open", rig: home.rig };
  }
  return undefined;
}

/** Why no convoy has one of these ids: it is an issue's, or nothing has it. */
export async function noConvoyError(
  files: ReadTown["files"],
  ids: readonly string[],
  exitCode?: number,
): Promise<NotAConvoyError | ConvoyNotFoundError> {
  for (const id of ids) if ((await findIssue({ files }, id)) !== undefined) return new NotAConvoyError(id, exitCode);
  return new ConvoyNotFoundError(ids, exitCode);
}
