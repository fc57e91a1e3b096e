import { WatcherError, messageOf } from "@gastown/convoy-core";
import { DEFAULT_DRIVER, type Driver, type DriverName } from "./driver.ts";

/** A driver that this runtime does not have, or may not load. */
export class DriverError extends WatcherError {
  readonly driver: DriverName;

  constructor(driver: DriverName, cause: unknown) {
    super("driver-unavailable", `the SQLite driver ${driver} cannot be loaded: ${messageOf(cause)}`, HINTS[driver], {
      cause,
    });
    this.driver = driver;
  }
}

const HINTS: Readonly<Record<DriverName, string>> = {
  "better-sqlite3": "install it where this runs, on Deno allow it with --allow-ffi, or take --driver node-sqlite",
  "node-sqlite": "it needs Node 22.14, Deno 2.9 or Bun 1.4; or leave --driver out",
};

/**
 * Loads one driver, and no other.
 *
 * @throws {DriverError}
 */
export async function loadDriver(name: DriverName = DEFAULT_DRIVER): Promise<Driver> {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  try {
    const driver = await load(name);
    loaded.set(name, driver);
    return driver;
  } catch (error) {
    throw new DriverError(name, error);
  }
}

const loaded = new Map<DriverName, Driver>();

async function load(name: DriverName): Promise<Driver> {
  if (name === "node-sqlite") return (await import("./node-sqlite.ts")).nodeSqlite;
  return (await import("./better-sqlite3.ts")).betterSqlite3();
}
