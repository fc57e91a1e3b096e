import { type ConvoyRow, DatabaseError, type IssueDatabase, type IssueRow, refersTo } from "@gastown/convoy-core";
import { connect, type Connection, identityOf } from "./connection.ts";
import type { DriverName } from "./drivers/driver.ts";
import { asDatabaseError, databaseError } from "./faults.ts";
import { toConvoy, toIssue, toMergeRows, toMergeSources, toMessages, toTrack, toWholeConvoy } from "./rows.ts";

/** A beads database in a SQLite file, kept open and opened again when the file is replaced. */
export interface SqliteDatabase extends IssueDatabase {
  /**
   * The connection to the file that is there now.
   *
   * @throws {DatabaseError} when it cannot be opened
   */
  connection(): Promise<Connection>;
  /** Lets go of the file; the next read opens it again. */
  close(): void;
}

/**
 * @param file path of the database; it is opened at the first read, and may be missing until then
 * @param driver what opens it; better-sqlite3 by default
 */
export function createSqliteDatabase(file: string, driver?: DriverName): SqliteDatabase {
  let current: Connection | undefined;

  const close = (): void => {
    current?.close();
    current = undefined;
  };

  const connection = async (): Promise<Connection> => {
    try {
      if (current && (current.outdated() || identityOf(file) !== current.identity)) close();
    } catch (error) {
      close();
      throw error;
    }
    return (current ??= await connect(file, driver));
  };

  /** A schema that changed under us (a migration) shows as a missing column: the file is opened anew, once. */
  const read = async <T>(query: (connection: Connection) => Promise<T>): Promise<T> => {
    for (let retried = false; ; retried = true) {
      try {
        return await query(await connection());
      } catch (error) {
        const fault = asDatabaseError(error, file);
        if (!(fault instanceof DatabaseError)) throw fault;
        if (fault.fault !== "locked") close();
        if (retried || fault.fault !== "foreign") throw fault;
      }
    }
  };

  const withTracks = <T>(query: (connection: Connection) => Promise<T>): Promise<T> =>
    read((opened) => {
      if (!opened.shape.dependencies)
        throw databaseError("foreign", file, new Error("it has no table dependencies(issue_id, depends_on_id, type)"));
      return query(opened);
    });

  return {
    name: file,
    connection,
    close,
    revision: () => read(async (opened) => `${opened.serial}:${opened.dataVersion()}`),
    openConvoys: () => withTracks(async (opened) => (await opened.rows(opened.queries.openConvoys)).map(toConvoy)),
    closedConvoys: () =>
      withTracks(async (opened) => (await opened.rows(opened.queries.closedConvoys)).map((row) => row.id)),
    convoys: (ids) =>
      withTracks(async (opened): Promise<ConvoyRow[]> =>
        (await opened.rows(opened.queries.convoys(ids))).map(toWholeConvoy),
      ),
    tracks: (convoys) => withTracks(async (opened) => (await opened.rows(opened.queries.tracks(convoys))).map(toTrack)),
    openTracks: () => withTracks(async (opened) => (await opened.rows(opened.queries.openTracks)).map(toTrack)),
    openTracksOf: (issues) =>
      withTracks(async (opened) => {
        const projects = opened.projects();
        if (projects === undefined) return undefined;
        const references = issues.flatMap((id) => [id, ...projects.map((project) => `external:${project}:${id}`)]);
        return (await opened.rows(opened.queries.openTracksTo(references))).map(toTrack);
      }),
    closedConvoysTracking: (issue) =>
      withTracks(async (opened) => {
        const rows = (await opened.rows(opened.queries.closedTracks)).map(toTrack);
        return [...new Set(rows.filter((row) => refersTo(row.reference, issue)).map((row) => row.convoy))];
      }),
    issues: (ids) =>
      read(async (opened): Promise<IssueRow[]> => (await opened.rows(opened.queries.issues(ids))).map(toIssue)),
    messagesAbout: (convoy) =>
      read(async (opened) => {
        const query = opened.queries.mailsAbout?.(convoy);
        return query && toMessages(convoy, await opened.rows(query));
      }),
    mergeRequests: (ids) =>
      read(async (opened) => {
        const query = opened.queries.mergeRequests?.(ids);
        return query && toMergeRows(await opened.rows(query));
      }),
    mergeSources: (ids) =>
      read(async (opened) => {
        const query = opened.queries.mergeSources?.(ids);
        return toMergeSources(query === undefined ? [] : await opened.rows(query));
      }),
  };
}
