import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { NeededVariables } from "@gastown/convoy-watcher";
import { readObject } from "./json-file.ts";
import type { SupervisorName } from "./supervisors/types.ts";

const OURS = "@gastown/plugin-gastown";

/** Says that a plugin directory is ours, and how it was enabled. */
export interface Marker {
  readonly managedBy: typeof OURS;
  readonly plugin: string;
  readonly version: string;
  readonly supervisor: SupervisorName;
  /** Digest of the settings file as we wrote it; absent when it was there before. */
  readonly settings?: string;
  /** Directories that `enable` made, relative to the town. */
  readonly made: readonly string[];
  /** Names of variables that the service was given, and of those that it needs and was not given. */
  readonly environment?: NeededVariables;
}

export function createMarker(marker: Omit<Marker, "managedBy">): Marker {
  return { managedBy: OURS, ...marker };
}

/** The marker of a plugin directory; undefined when it is not ours. */
export function readMarker(file: string): Marker | undefined {
  const marker = readObject(file);
  if (marker?.["managedBy"] !== OURS || typeof marker["supervisor"] !== "string") return undefined;
  return { made: [], ...marker } as unknown as Marker;
}

/** Tells whether a file is still what it was; undefined when there is none. */
export function digestOf(file: string): string | undefined {
  try {
    return createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 16);
  } catch {
    return undefined;
  }
}
