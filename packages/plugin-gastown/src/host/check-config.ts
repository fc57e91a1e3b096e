import type { AnyPlugin } from "../contract.ts";
import { HostError } from "./errors.ts";

/**
 * The config that a plugin gets for these settings.
 *
 * @throws {HostError} when its schema refuses them
 */
export async function checkConfig(plugin: AnyPlugin, settings: unknown): Promise<unknown> {
  if (plugin.configSchema === undefined) return settings;
  const result = await plugin.configSchema["~standard"].validate(settings);
  if (result.issues === undefined) return result.value;
  const faults = result.issues.map(({ path = [], message }) => {
    const key = path.map((step) => String(typeof step === "object" ? step.key : step)).join(".");
    return key === "" ? message : `"${key}": ${message}`;
  });
  throw new HostError(
    "settings-invalid",
    `the settings of ${plugin.name} are refused: ${faults.join("; ")}`,
    "mend the settings file, or remove it",
  );
}
