import type { Place, TownFiles } from "../../src/index.ts";
import type { SqliteDatabase } from "../../src/sqlite-database.ts";

export interface Counting {
  readonly files: TownFiles;
  /** Looks at files, questions of the feed, and queries, since the last `forget`. */
  readonly reads: { looks: number; questions: number; queries: number };
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

/** Counts how often the files of a town are asked; `asked` is called after each question of the feed. */
export function counting(files: TownFiles, asked: (file: string) => void = () => undefined): Counting {
  const reads = { looks: 0, questions: 0, queries: 0 };
  const counted = once((database: SqliteDatabase): SqliteDatabase => ({
    ...database,
    get losses() {
      return database.losses;
    },
    get uses() {
      return database.uses;
    },
    stamps: () => ((reads.looks += 1), database.stamps()),
    use: (question) => {
      reads.questions += 1;
      return database.use(question).finally(() => asked(database.name));
    },
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
    forget: () => void Object.assign(reads, { looks: 0, questions: 0, queries: 0 }),
    files: { ...files, places: () => files.places().map(countedPlace) },
  };
}
