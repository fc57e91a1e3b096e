import { DatabaseError, type DatabaseFault, messageOf, WatcherError } from "@gastown/convoy-core";

const FAULTS: readonly (readonly [prefix: string, fault: DatabaseFault])[] = [
  ["SQLITE_BUSY", "locked"],
  ["SQLITE_LOCKED", "locked"],
  ["SQLITE_CORRUPT", "corrupt"],
  ["SQLITE_NOTADB", "corrupt"],
  ["SQLITE_READONLY", "unreadable"],
  ["SQLITE_CANTOPEN", "unreadable"],
  ["SQLITE_PERM", "unreadable"],
  ["SQLITE_AUTH", "unreadable"],
  ["SQLITE_IOERR", "unreadable"],
  ["SQLITE_ERROR", "foreign"],
  // Whatever else SQLite or the file system has against it.
  ["SQLITE_", "unreadable"],
  ["ERR_INVALID_ARG_VALUE", "unreadable"],
];

const HINTS: Partial<Record<DatabaseFault, string>> = {
  missing: "run `bd init` there, or remove its line from routes.jsonl",
  directory: "a database must be a file: move the directory away, then run `bd doctor --fix`",
  empty: "remove the file if it was made by mistake, then run `bd doctor --fix`",
  foreign: "check metadata.json beside it: `database` must name the beads database",
  corrupt: "run `bd doctor --fix` there; it rebuilds the database from issues.jsonl",
  locked: "it is tried again; see which program holds it with `fuser`",
  unreadable: "check the owner and mode of the file and of its directory",
  replaced: "it is opened again",
};

const WORDS: Partial<Record<DatabaseFault, string>> = {
  missing: "there is no database",
  directory: "it is a directory",
  empty: "it is empty",
  corrupt: "it is damaged, or not a SQLite database",
  locked: "another program holds it locked",
};

/** A fault of a database file, with the hint that goes with it. */
export function databaseError(fault: DatabaseFault, file: string, cause?: unknown): DatabaseError {
  const what = WORDS[fault] ?? (cause === undefined ? fault : messageOf(cause));
  return new DatabaseError(
    fault,
    file,
    `${file} cannot be read: ${what}`,
    HINTS[fault] ?? "see `convoy-cli help errors`",
    cause === undefined ? {} : { cause },
  );
}

/**
 * Whatever was thrown while a database was read, as a `DatabaseError`: one database that cannot be read must never end
 * more than its own part. Only what this program itself has done wrong, or lacks, comes back as it is.
 */
export function asDatabaseError(error: unknown, file: string): unknown {
  if (error instanceof WatcherError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") return databaseError("missing", file, error);
  const fault = FAULTS.find(([prefix]) => code.startsWith(prefix))?.[1];
  if (fault !== undefined) return databaseError(fault, file, error);
  const ours = error instanceof TypeError || error instanceof RangeError;
  return ours ? error : databaseError("unreadable", file, error);
}
