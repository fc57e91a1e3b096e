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

/** How long what the town's files say may be relied on, in milliseconds, unless `refresh` is called. */
const FRESH_FOR = 2_000;

/** A database in a file, kept open while a place is kept in it. */
export interface FileDatabase extends IssueDatabase {
  close(): void;
}

/** Which town, and what opens its databases; what nothing opens is told to be unsupported. */
export interface TownPlacesOptions<Sqlite extends FileDatabase = FileDatabase> {
  /** Root of the town. */
  readonly town: string;
  /** Milliseconds, monotonic or not. */
  readonly now: () => number;
  /** What bd would find in its environment, by default this process's own: it may say where databases are. */
  readonly env?: Environment | undefined;
  /** Opens a SQLite file. Asked once for each file, until no place is kept in it any more. */
  readonly openSqlite?: (file: string) => Sqlite;
  /** Opens a database that is kept in Dolt. Asked at each question: the same store is the same database. */
  readonly openDolt?: (store: DoltStore) => IssueDatabase;
  /** Told when `routes.jsonl` has lines that say nothing usable, once for each change of them. */
  readonly onRejectedRoutes?: (rejected: Routes["rejected"]) => void;
}

/** A place of the town that keeps issues: the town itself, or a rig. */
export interface Place<Sqlite extends FileDatabase = FileDatabase> extends Home {
  /** Where its issues are kept now. Throws a `DatabaseError` when that can't be told. */
  store(): Store;
  /** Its SQLite database; undefined when it is kept in something else. Throws as `store`. */
  sqlite(): Sqlite | undefined;
}

/** The places of a town, and their databases: found by its files, opened when first asked for, and kept open. */
export interface TownPlaces<Sqlite extends FileDatabase = FileDatabase> {
  databases(): Promise<TownDatabases>;
  /** The town and its rigs as they are now, one for each place. */
  places(): readonly Place<Sqlite>[];
  /** Makes the next call read the town's files again. */
  refresh(): void;
  /** Lets go of all files. */
  close(): void;
}

/** Opens nothing yet, and never throws: faults come with the reads. */
export function createTownPlaces<Sqlite extends FileDatabase>(options: TownPlacesOptions<Sqlite>): TownPlaces<Sqlite> {
  const { town, now, env = process.env } = options;
  const opened = new Map<string, Sqlite>();
  /** The SQLite file of each route, as it last was. */
  const fileOf = new Map<string, string>();
  let readAt = Number.NEGATIVE_INFINITY;
  let generation = 0;
  let text: string | undefined;
  let routesFault: DatabaseError | undefined;
  const townRoute: Route = { prefix: "", path: "." };
  const townPlace = place(townRoute);
  let homes: Place<Sqlite>[] = [];
  let places: readonly Place<Sqlite>[] = [townPlace];
  let ambiguous = false;

  function place(route: Route): Place<Sqlite> {
    let checkedAt = Number.NEGATIVE_INFINITY;
    let checkedIn = -1;
    let known: Store | DatabaseError | undefined;
    const store = (): Store => {
      if (known === undefined || checkedIn !== generation || now() - checkedAt > FRESH_FOR) {
        checkedAt = now();
        checkedIn = generation;
        known = orFault(() => storeOf(beadsDirOf(town, route.path), town, env));
        if (!(known instanceof DatabaseError)) noteFile(keyOf(route), known.kind === "sqlite" ? known.file : undefined);
      }
      if (known instanceof DatabaseError) throw known;
      return known;
    };
    const sqlite = (): Sqlite | undefined => {
      const at = store();
      return at.kind === "sqlite" ? openFile(at.file) : undefined;
    };
    return {
      ...route,
      rig: rigOf(route.path),
      store,
      sqlite,
      open: async () => sqlite() ?? openDolt(store() as DoltStore),
    };
  }

  function openFile(file: string): Sqlite {
    if (options.openSqlite === undefined) throw unsupported(file, `${file} is a SQLite file`);
    const database = opened.get(file) ?? options.openSqlite(file);
    opened.set(file, database);
    return database;
  }

  function openDolt(store: DoltStore): IssueDatabase {
    if (options.openDolt !== undefined) return options.openDolt(store);
    throw unsupported(store.beadsDir, `${store.beadsDir} keeps its issues in Dolt`, "; a beads.db beside it is stale");
  }

  function noteFile(key: string, file: string | undefined): void {
    if (fileOf.get(key) === file) return;
    if (file === undefined) fileOf.delete(key);
    else fileOf.set(key, file);
    const used = new Set(fileOf.values());
    for (const [name, database] of opened) {
      if (used.has(name)) continue;
      database.close();
      opened.delete(name);
    }
  }

  const read = (): void => {
    if (now() - readAt <= FRESH_FOR) return;
    readAt = now();
    const found = orFault(() => systemFiles.text(join(town, ".beads", "routes.jsonl")) ?? "");
    routesFault = found instanceof DatabaseError ? found : undefined;
    // Those that are known are still there, as far as anybody can tell.
    const present = found instanceof DatabaseError ? (text ?? "") : found;
    if (present === text) return;
    text = present;
    const { routes, rejected } = parseRoutes(present);
    const before = new Map(homes.map((home) => [keyOf(home), home]));
    homes = routes.map((route) =>
      isTown(route.path) ? { ...townPlace, prefix: route.prefix } : (before.get(keyOf(route)) ?? place(route)),
    );
    const rigs = new Map(homes.filter((home) => !isTown(home.path)).map((home) => [home.path, home]));
    places = [townPlace, ...rigs.values()];
    ambiguous = new Set(homes.map(({ prefix }) => prefix)).size < homes.length;
    const named = new Set([keyOf(townRoute), ...homes.map(keyOf)]);
    for (const key of fileOf.keys()) if (!named.has(key)) noteFile(key, undefined);
    if (rejected.length > 0) options.onRejectedRoutes?.(rejected);
  };

  return {
    databases: async () => {
      read();
      return { town: townPlace, homes: ambiguous ? presentFirst(town, homes) : homes, routesFault };
    },
    places: () => {
      read();
      return places;
    },
    refresh: () => {
      readAt = Number.NEGATIVE_INFINITY;
      generation += 1;
    },
    close() {
      for (const database of opened.values()) database.close();
      opened.clear();
      fileOf.clear();
    },
  };
}

function orFault<T>(question: () => T): T | DatabaseError {
  try {
    return question();
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
}

function unsupported(name: string, what: string, more = ""): DatabaseError {
  const message = `${what}, which this release cannot read${more}`;
  return new DatabaseError("unsupported", name, message, "see `convoy-cli help errors`");
}

/** Of several routes with one prefix bd takes the first whose directory is there. */
function presentFirst<P extends Route>(town: string, homes: readonly P[]): readonly P[] {
  const isThere = ({ path }: P): boolean => systemFiles.isDirectory(join(town, path, ".beads"));
  return [...homes.filter(isThere), ...homes.filter((home) => !isThere(home))];
}

function keyOf({ prefix, path }: Route): string {
  return `${prefix}\n${path}`;
}

function isTown(path: string): boolean {
  return path === "." || path === "./" || path === "";
}

/** The name people give a rig: the first folder of its route. */
function rigOf(path: string): string {
  if (isTown(path)) return "town";
  return path.split("/").find((part) => part !== "" && part !== ".") ?? path;
}
