import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readObject } from "@gastown/convoy-watcher/host";
import type { NeededVariables } from "@gastown/plugin-api";
import { SUPERVISORS, type SupervisorName } from "./supervisors/types.ts";

const OURS = "@gastown/plugin-gastown";

/** Says that a plugin directory is ours, and how it was enabled. */
export interface Marker {
  readonly managedBy: typeof OURS;
  readonly plugin: string;
  /** Of the host that enabled it. */
  readonly version: string;
  readonly supervisor: SupervisorName;
  /** Names of variables that the service was given, and of those that it needs and was not given. */
  readonly environment?: NeededVariables;
}

export function createMarker(marker: Omit<Marker, "managedBy">): Marker {
  return { managedBy: OURS, ...marker };
}

/** The marker of a plugin directory; undefined when it is not ours. */
export function readMarker(file: string): Marker | undefined {
  const marker = readObject(file);
  const known = SUPERVISORS.some((name) => name === marker?.["supervisor"]);
  return marker?.["managedBy"] === OURS && known ? (marker as unknown as Marker) : undefined;
}

/** Tells whether a file is still what it was; undefined when there is none. */
export function digestOf(file: string): string | undefined {
  try {
    return createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 16);
  } catch {
    return undefined;
  }
}
