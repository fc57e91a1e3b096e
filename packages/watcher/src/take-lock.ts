import { type DriverName, loadDriver, type OpenDatabase } from "@gastown/sqlite-resolver";

/** A lock of the system's own: it is free again at once when its holder dies, however. */
export interface FileLock {
  release(): void;
}

/**
 * Takes a lock, an exclusive transaction on a database that is never written. Drivers keep each other out, too.
 *
 * @param driverName what opens the file; better-sqlite3 by default
 * @returns undefined when another holds it
 * @throws when the file cannot be made
 * @throws {DriverError} when there is no such driver here
 */
export async function takeLock(file: string, driverName?: DriverName): Promise<FileLock | undefined> {
  const driver = await loadDriver(driverName);
  let database: OpenDatabase | undefined;
  try {
    database = driver.open(file, { readonly: false, timeout: 0 });
    database.exec("begin exclusive");
  } catch (error) {
    database?.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  const held = database;
  return { release: () => held.close() };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
}
