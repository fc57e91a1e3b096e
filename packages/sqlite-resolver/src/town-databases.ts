import { join } from "node:path";
import {
  DatabaseError,
  type Home,
  type IssueDatabase,
  parseRoutes,
  type Route,
  type Routes,
  type TownDatabases,
} from "@gastown/convoy-core";
import { beadsDirOf, type DoltStore, type Environment, type Store, storeOf, systemFiles } from "@gastown/town-files";
import type { DriverName } from "./drivers/driver.ts";
import { createOpenDatabases } from "./open-databases.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";

/** How long what the town's files say may be relied on, in milliseconds, unless `refresh` is called. */
const FRESH_FOR = 2_000;

/** Which town to open, and how. */
export interface TownOptions {
  /** Root of the town. */
  readonly town: string;
  /** Milliseconds, monotonic or not. */
  readonly now: () => number;
  /** What bd would find in its environment, by default this process's own: it may say where databases are. */
  readonly env?: Environment | undefined;
  /** What opens SQLite files; better-sqlite3 by default. */
  readonly driver?: DriverName | undefined;
  /** Opens a database that is kept in Dolt; without it such databases are told to be unsupported. */
  readonly openDolt?: (store: Store & { kind: "dolt" }) => IssueDatabase;
  /** Told when `routes.jsonl` has lines that say nothing usable, once for each change of them. */
  readonly onRejectedRoutes?: (rejected: Routes["rejected"]) => void;
}

/** A place of the town that keeps issues: the town itself, or a rig. */
export interface Place extends Home {
  /** Where its issues are kept now. Throws a `DatabaseError` when that can't be told. */
  store(): Store;
  /**
   * Its SQLite database; undefined when it is kept in something else.
   *
   * @internal
   */
  sqlite(): SqliteDatabase | undefined;
}

/** The databases of a town: found by its files, opened when first asked for, and kept open. */
export interface TownFiles {
  databases(): Promise<TownDatabases>;
  /** The town and its rigs as they are now, one for each place. */
  places(): readonly Place[];
  /** Makes the next call read the town's files again. */
  refresh(): void;
  /** Lets go of all files. */
  close(): void;
}

/** Opens nothing yet, and never throws: faults come with the reads. */
export function openTown(options: TownOptions): TownFiles {
  const { town, now, env = process.env } = options;
  const opened = createOpenDatabases(options);
  let readAt = Number.NEGATIVE_INFINITY;
  let generation = 0;
  let text: string | undefined;
  let present = "";
  let routesFault: DatabaseError | undefined;
  let homes: Place[] = [];
  const townRoute: Route = { prefix: "", path: "." };
  const townPlace = place(townRoute);

  function place(route: Route): Place {
    let checkedAt = Number.NEGATIVE_INFINITY;
    let checkedIn = -1;
    let known: Store | DatabaseError | undefined;
    const store = (): Store => {
      if (known === undefined || checkedIn !== generation || now() - checkedAt > FRESH_FOR) {
        checkedAt = now();
        checkedIn = generation;
        try {
          known = storeOf(beadsDirOf(town, route.path), town, env);
          opened.note(route, known);
        } catch (error) {
          if (!(error instanceof DatabaseError)) throw error;
          known = error;
        }
      }
      if (known instanceof DatabaseError) throw known;
      return known;
    };
    const sqlite = (): SqliteDatabase | undefined => {
      const at = store();
      return at.kind === "sqlite" ? opened.sqlite(at.file) : undefined;
    };
    return {
      ...route,
      rig: rigOf(route.path),
      store,
      sqlite,
      open: async () => sqlite() ?? opened.dolt(store() as DoltStore),
    };
  }

  const read = (): void => {
    if (now() - readAt <= FRESH_FOR) return;
    readAt = now();
    try {
      present = systemFiles.text(join(town, ".beads", "routes.jsonl")) ?? "";
      routesFault = undefined;
    } catch (error) {
      // Those that are known are still there, as far as anybody can tell.
      if (!(error instanceof DatabaseError)) throw error;
      routesFault = error;
    }
    if (present === text) return;
    text = present;
    const { routes, rejected } = parseRoutes(present);
    const before = new Map(homes.map((home) => [keyOf(home), home]));
    homes = routes.map((route) =>
      samePlace(route.path) ? { ...townPlace, prefix: route.prefix } : (before.get(keyOf(route)) ?? place(route)),
    );
    const named = new Set([keyOf(townRoute), ...homes.map(keyOf)]);
    opened.keepOnly((route) => named.has(keyOf(route)));
    if (rejected.length > 0) options.onRejectedRoutes?.(rejected);
  };

  return {
    databases: async () => {
      read();
      return { town: townPlace, homes: presentFirst(town, homes), routesFault };
    },
    places: () => {
      read();
      const rigs = new Map(homes.filter((home) => !samePlace(home.path)).map((home) => [home.path, home]));
      return [townPlace, ...rigs.values()];
    },
    refresh: () => {
      readAt = Number.NEGATIVE_INFINITY;
      generation += 1;
    },
    close: opened.close,
  };
}

/** Of several routes with one prefix bd takes the first whose directory is there. */
function presentFirst(town: string, homes: readonly Place[]): readonly Place[] {
  if (new Set(homes.map(({ prefix }) => prefix)).size === homes.length) return homes;
  const isThere = ({ path }: Place): boolean => systemFiles.isDirectory(join(town, path, ".beads"));
  return [...homes.filter(isThere), ...homes.filter((home) => !isThere(home))];
}

function keyOf({ prefix, path }: Route): string {
  return `${prefix}\n${path}`;
}

function samePlace(path: string): boolean {
  return path === "." || path === "./" || path === "";
}

/** The name people give a rig: the first folder of its route. */
function rigOf(path: string): string {
  if (samePlace(path)) return "town";
  return path.split("/").find((part) => part !== "" && part !== ".") ?? path;
}
