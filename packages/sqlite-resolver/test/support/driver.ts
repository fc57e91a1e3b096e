import { DEFAULT_DRIVER, type DriverName, DRIVERS } from "../../src/driver.ts";

/** The driver under test: each test runs once with each, see `vitest.config.ts`. */
export const driver: DriverName =
  DRIVERS.find((name) => name === process.env["CONVOY_SQLITE_DRIVER"]) ?? DEFAULT_DRIVER;
