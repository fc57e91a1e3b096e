import { DatabaseError, type IssueDatabase, type IssueRow } from "@gastown/convoy-core";
import {
  answersBy,
  type Compiled,
  createTownPlaces,
  type Place as AnyPlace,
  toIssue,
  toTrack,
  type TownPlaces,
  type TownPlacesOptions,
} from "@gastown/sql";
import { closeAllOf, connect, type Connection, differenceOf } from "./connection.ts";
import { asDatabaseError, databaseError, type Driver, type DriverName, loadDriver } from "./driver.ts";
import { databaseFiles, type FileStamps } from "./file-stamps.ts";

/** A beads database in a SQLite file, kept open and opened again when the file is replaced. */
export interface SqliteDatabase extends IssueDatabase {
  /**
   * Asks over the connection to the files that are there now, in one go: nothing comes between opening and answer.
   *
   * @throws {DatabaseError} when it cannot be opened or read
   */
  use<T>(question: (connection: Connection) => T): Promise<T>;
  /** How often an opening has lost the files it was of, so that nothing it said last can be relied on; and how. */
  readonly losses: { readonly count: number; readonly why: string };
  /** How often it was asked. */
  readonly uses: number;
  /**
   * What its files show from outside.
   *
   * @throws {DatabaseError} `missing`, `directory`, `unreadable`
   */
  stamps(): FileStamps;
  /** Where the file lies, past all links, as far as is known. */
  path(): string;
  /** Lets go of the files until the next question. While they are as given here, and nobody asks, it is `resting`. */
  rest(seen: FileStamps): void;
  /** Whether nobody has asked, or written to the files, since `rest`. */
  resting(now: FileStamps): boolean;
  /** Lets go of the files; the next question opens them again. */
  close(): void;
}

/**
 * @param file path of the database; it is opened at the first read, and may be missing until then
 * @param driverName what opens it; better-sqlite3 by default
 */
export function createSqliteDatabase(file: string, driverName?: DriverName): SqliteDatabase {
  const files = databaseFiles(file);
  let current: Connection | undefined;
  /** Of the last opening, also after its end. */
  let known: FileStamps | undefined;
  let rested: { readonly written: string; readonly revision: string } | undefined;
  let losses = { count: 0, why: "" };
  let uses = 0;

  const close = (): void => {
    const closing = current;
    current = undefined;
    rested = undefined;
    closing?.close();
  };

  const lose = (why: string): void => {
    losses = { count: losses.count + 1, why };
    known = undefined;
    close();
  };

  /** Nothing is awaited in here: two questions at once make one opening, and neither loses it to the other. */
  const connection = (driver: Driver): Connection => {
    const now = files.stamps();
    const difference = current && differenceOf(current.opened, now);
    if (current && difference === "replaced") {
      closeAllOf(current.opened.main);
      lose(now.main === current.opened.main ? "lost its log" : "was replaced");
    }
    if (current?.ended() || difference === "changed") close();
    current?.note(now);
    if (current?.outdated()) lose("has other tables");
    if (current) return current;
    const opened = connect(driver, file, files);
    if (known !== undefined && known.main !== opened.opened.main) lose("was replaced");
    current = opened;
    known = opened.opened;
    rested = undefined;
    return opened;
  };

  const use = async <T>(question: (connection: Connection) => T): Promise<T> => {
    const driver = await loadDriver(driverName);
    uses += 1;
    for (let retried = false; ; retried = true) {
      try {
        return question(connection(driver));
      } catch (error) {
        const fault = asDatabaseError(error, file);
        if (!(fault instanceof DatabaseError)) throw fault;
        if (fault.fault !== "locked") close();
        // A schema that changed under us (a migration) shows as a missing column: the file is opened anew, once.
        if (retried || (fault.fault !== "foreign" && fault.fault !== "replaced")) throw fault;
      }
    }
  };

  const withTracks = <T>(question: (connection: Connection) => T): Promise<T> =>
    use((opened) => {
      if (!opened.shape.dependencies)
        throw databaseError("foreign", file, new Error("it has no table dependencies(issue_id, depends_on_id, type)"));
      return question(opened);
    });

  const resting = ({ written }: FileStamps): boolean => current === undefined && rested?.written === written;

  return {
    name: file,
    use,
    get losses() {
      return losses;
    },
    get uses() {
      return uses;
    },
    stamps: files.stamps,
    path: files.path,
    resting,
    rest({ written }) {
      if (current === undefined || current.ended()) return;
      const revision = revisionOf(current);
      close();
      rested = { written, revision };
    },
    close,
    // In one process SQLite shares the index of a log among all openings of a file: none may be left from before.
    renew: () => closeAllOf(files.stamps().main),
    revision: async () => (rested !== undefined && resting(files.stamps()) ? rested.revision : use(revisionOf)),
    ...answersBy({
      rows: (question, ids = []) => use((opened) => run(opened, question(opened.queries, ids))),
      convoyRows: (question, ids = []) => withTracks((opened) => run(opened, question(opened.queries, ids)) ?? []),
    }),
    openTracksOf: (issues) =>
      withTracks((opened) => {
        const projects = opened.projects();
        if (projects === undefined) return undefined;
        const references = issues.flatMap((id) => [id, ...projects.map((project) => `external:${project}:${id}`)]);
        return opened.rows(opened.queries.openTracksTo(references)).map(toTrack);
      }),
  };
}

function run<R>(opened: Connection, query: Compiled<R> | undefined): R[] | undefined {
  return query && opened.rows(query);
}

/** These issues, as they are now. */
export function issuesOf(opened: Connection, ids: readonly string[]): IssueRow[] {
  return opened.rows(opened.queries.issues(ids)).map(toIssue);
}

function revisionOf(opened: Connection): string {
  return `${opened.serial}:${opened.version()}`;
}

/** Which town to open, and how. */
export interface TownOptions extends Omit<TownPlacesOptions<SqliteDatabase>, "openSqlite"> {
  /** What opens SQLite files; better-sqlite3 by default. */
  readonly driver?: DriverName | undefined;
}

/** A place of the town that keeps issues: the town itself, or a rig. */
export type Place = AnyPlace<SqliteDatabase>;

/** The databases of a town. */
export type TownFiles = TownPlaces<SqliteDatabase>;

/** Opens nothing yet, and never throws: faults come with the reads. */
export function openTown({ driver, ...options }: TownOptions): TownFiles {
  return createTownPlaces({ ...options, openSqlite: (file) => createSqliteDatabase(file, driver) });
}
