import { type DriverName, DRIVERS } from "@gastown/sqlite-resolver";
import { SettingsError } from "./errors.ts";
import { parseSettingsFile } from "./settings-file.ts";
import { settingsFileOf } from "./state-dir.ts";

/** The driver that was given, else that of the settings of a town. What else is wrong with these is told elsewhere. */
export function driverOf(town: string, given?: DriverName): DriverName | undefined {
  if (given !== undefined) return given;
  try {
    const { driver } = parseSettingsFile(settingsFileOf(town)) as { readonly driver?: unknown };
    return DRIVERS.find((name) => name === driver);
  } catch (error) {
    if (error instanceof SettingsError) return undefined;
    throw error;
  }
}
