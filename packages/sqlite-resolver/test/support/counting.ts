import type { Place, TownFiles } from "../../src/index.ts";
import type { SqliteDatabase } from "../../src/sqlite-database.ts";

export interface Counting {
  readonly files: TownFiles;
  /** Looks at a connection, and queries, since the last `forget`. */
  readonly reads: { looks: number; queries: number };
  forget(): void;
}

function once<A extends object, B>(make: (value: A) => B): (value: A) => B {
  const made = new WeakMap<A, { readonly value: B }>();
  return (value) => {
    const known = made.get(value) ?? { value: make(value) };
    made.set(value, known);
    return known.value;
  };
}

/** Counts how often the files of a town are asked. */
export function counting(files: TownFiles): Counting {
  const reads = { looks: 0, queries: 0 };
  const counted = once((database: SqliteDatabase): SqliteDatabase => ({
    ...database,
    connection: () => ((reads.looks += 1), database.connection()),
    issues: (ids) => ((reads.queries += 1), database.issues(ids)),
    openTracks: () => ((reads.queries += 1), database.openTracks()),
    openConvoys: () => ((reads.queries += 1), database.openConvoys()),
  }));
  const countedPlace = once((place: Place): Place => {
    const sqlite = (): SqliteDatabase | undefined => {
      const database = place.sqlite();
      return database && counted(database);
    };
    return { ...place, sqlite, open: async () => sqlite() ?? place.open() };
  });
  return {
    reads,
    forget: () => void Object.assign(reads, { looks: 0, queries: 0 }),
    files: { ...files, places: () => files.places().map(countedPlace) },
  };
}
