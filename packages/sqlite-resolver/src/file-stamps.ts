import { type BigIntStats, lstatSync, realpathSync, statSync } from "node:fs";
import { asDatabaseError, databaseError } from "./driver.ts";

/**
 * What the files of a database show from outside. They are never opened for it: closing a plain handle would drop
 * SQLite's locks.
 */
export interface FileStamps {
  /** Device and inode of the file itself: another one means that it was replaced. */
  readonly main: string;
  /** The same of its log, and of the index of that, empty where there is none. While they are open SQLite leaves them there. */
  readonly log: readonly [wal: string, shm: string];
  /** Size and last change of the file itself. In WAL mode others may write it without a commit. */
  readonly mainWritten: string;
  /** All of that, and size and last change of the log: another one after every commit, not after a change of attributes. */
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
  /** Where the file itself lay when last looked at, past a link to it: SQLite has its logs beside that. */
  path(): string;
}

type Stat = BigIntStats | undefined;

/** @param file path of the database, or of a link to it */
export function databaseFiles(file: string): DatabaseFiles {
  let path: string | undefined;

  /** Links on the way to it lead to its logs as well. */
  const find = (): BigIntStats => {
    const main = lstatSync(file, { bigint: true });
    path = main.isSymbolicLink() ? realpathSync.native(file) : file;
    return main.isSymbolicLink() ? statSync(path, { bigint: true }) : main;
  };

  return {
    path() {
      try {
        if (path === undefined) find();
      } catch {
        // Where it will be when it is there.
      }
      return path ?? file;
    },
    stamps() {
      try {
        const main = find();
        if (main.isDirectory()) throw databaseError("directory", file);
        if (!main.isFile()) throw databaseError("unreadable", file, new Error("it is not a regular file"));
        return stampsOf(main, beside(path ?? file, "-wal"), beside(path ?? file, "-shm"));
      } catch (error) {
        throw asDatabaseError(error, file);
      }
    },
  };
}

function beside(path: string, suffix: string): Stat {
  return statSync(path + suffix, { bigint: true, throwIfNoEntry: false });
}

/** Every database is looked at more than once a second, and mostly only one of these is asked for. */
function stampsOf(main: BigIntStats, wal: Stat, shm: Stat): FileStamps {
  return {
    get main() {
      return identityOf(main);
    },
    get log() {
      return [identityOf(wal), identityOf(shm)] as const;
    },
    get mainWritten() {
      return writtenOf(main);
    },
    get written() {
      return `${identityOf(main)} ${writtenOf(main)} ${identityOf(wal)} ${writtenOf(wal)} ${identityOf(shm)}`;
    },
    get modes() {
      return [main, wal, shm].map((stat) => stat && `${stat.mode}:${stat.uid}:${stat.gid}`).join();
    },
  };
}

function identityOf(stat: Stat): string {
  return stat === undefined ? "" : `${stat.dev}:${stat.ino}`;
}

function writtenOf(stat: Stat): string {
  return stat === undefined ? "" : `${stat.size}:${stat.mtimeNs}`;
}
