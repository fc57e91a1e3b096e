import { type BigIntStats, lstatSync, realpathSync, statSync } from "node:fs";
import { asDatabaseError, databaseError } from "./faults.ts";

/** What the files of a database show from outside. They are never opened for it: closing a plain handle would drop SQLite's locks. */
export interface FileStamps {
  /** Device and inode of the file itself: another one means that it was replaced. */
  readonly main: string;
  /** The same of its log, and of the index of that, empty where there is none. While they are open SQLite leaves them there. */
  readonly log: readonly [wal: string, shm: string];
  /** Size and last change of the file itself. In WAL mode others may write it without a commit. */
  readonly mainWritten: string;
  /** All of that, and size and last change of the logs: another one after every commit, not after a change of attributes. */
  readonly written: string;
  /** Who may do what with them. */
  readonly modes: string;
}

/** The files of one database. */
export interface DatabaseFiles {
  /**
   * As they are now.
   *
   * @throws {DatabaseError} `missing`, `directory`, `unreadable`
   */
  stamps(): FileStamps;
  /** Where the file itself lies, past all links: SQLite has its logs beside that. */
  path(): string;
}

/** @param file path of the database, or of a link to it */
export function databaseFiles(file: string): DatabaseFiles {
  return {
    path() {
      try {
        return targetOf(file);
      } catch {
        return file;
      }
    },
    stamps() {
      try {
        const path = targetOf(file);
        const main = statSync(path, { bigint: true });
        if (main.isDirectory()) throw databaseError("directory", file);
        if (!main.isFile()) throw databaseError("unreadable", file, new Error("it is not a regular file"));
        return stampsOf(main, beside(path, "-wal"), beside(path, "-shm"), beside(path, "-journal"));
      } catch (error) {
        throw asDatabaseError(error, file);
      }
    },
  };
}

/** Past a link to the file itself; links on the way to it lead to its logs as well. */
function targetOf(file: string): string {
  return lstatSync(file).isSymbolicLink() ? realpathSync.native(file) : file;
}

type Stat = BigIntStats | undefined;

function beside(path: string, suffix: string): Stat {
  return statSync(path + suffix, { bigint: true, throwIfNoEntry: false });
}

function stampsOf(main: BigIntStats, wal: Stat, shm: Stat, journal: Stat): FileStamps {
  const log = [identityOf(wal), identityOf(shm)] as const;
  const mainWritten = writtenOf(main);
  return {
    main: identityOf(main),
    log,
    mainWritten,
    written: [identityOf(main), mainWritten, ...log, writtenOf(wal), writtenOf(journal)].join(),
    modes: [main, wal, shm].map((stat) => stat && `${stat.mode}:${stat.uid}:${stat.gid}`).join(),
  };
}

function identityOf(stat: Stat): string {
  return stat === undefined ? "" : `${stat.dev}:${stat.ino}`;
}

function writtenOf(stat: Stat): string {
  return stat === undefined ? "" : `${stat.size}:${stat.mtimeNs}`;
}
