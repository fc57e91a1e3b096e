import Database from "better-sqlite3";

/** A lock of the system's own: it is free again at once when its holder dies, however. */
export interface FileLock {
  release(): void;
}

/**
 * Takes a lock, an exclusive transaction on a database that is never written.
 *
 * @returns undefined when another holds it
 * @throws when the file cannot be made
 */
export function takeLock(file: string): FileLock | undefined {
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { timeout: 0 });
    database.exec("begin exclusive");
  } catch (error) {
    database?.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  const held = database;
  return { release: () => void held.close() };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
}
