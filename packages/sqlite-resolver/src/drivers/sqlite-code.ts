/** SQLite's result codes by number, and by the words that `sqlite3_errstr` has for them: Deno often gives no number. */
const CODES: readonly (readonly [code: string, number: number, words: string])[] = [
  ["SQLITE_PERM", 3, "access permission denied"],
  ["SQLITE_BUSY", 5, "database is locked"],
  ["SQLITE_LOCKED", 6, "database table is locked"],
  ["SQLITE_READONLY", 8, "attempt to write a readonly database"],
  ["SQLITE_IOERR", 10, "disk I/O error"],
  ["SQLITE_CORRUPT", 11, "database disk image is malformed"],
  ["SQLITE_FULL", 13, "database or disk is full"],
  ["SQLITE_CANTOPEN", 14, "unable to open database file"],
  ["SQLITE_AUTH", 23, "not authorized"],
  ["SQLITE_NOTADB", 26, "file is not a database"],
];

/** The lower byte of an extended result code is the code itself. */
const PRIMARY = 0xff;

/** Runs it, and throws what SQLite has against it with SQLite's own name for it as `code`, as better-sqlite3 does. */
export function withSqliteCode<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "ERR_SQLITE_ERROR") throw error;
    throw Object.assign(new Error(error.message, { cause: error }), { code: codeOf(error) });
  }
}

function codeOf(error: Error & { readonly errcode?: unknown }): string {
  const { errcode, message } = error;
  const found =
    typeof errcode === "number"
      ? CODES.find(([, number]) => number === (errcode & PRIMARY))
      : CODES.find(([, , words]) => message === words || message.startsWith(`${words}: `));
  return found?.[0] ?? "SQLITE_ERROR";
}
