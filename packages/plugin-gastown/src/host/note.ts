import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readObject } from "@gastown/convoy-watcher/host";
import type { NeededVariables, PluginStatus } from "@gastown/plugin-api";
import { isRunning, markOf } from "@gastown/process";
import { type SupervisorName, SUPERVISORS } from "./supervisors/supervisor.ts";

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

/** What a running host says of itself in `host.json`. Times are ISO 8601. */
export interface HostNote {
  readonly plugin: string;
  readonly pid: number;
  /** What tells this process from a later one with its pid. */
  readonly identity: string;
  /** Of the host. */
  readonly version: string;
  /** Of the plugin, and where it was loaded from. */
  readonly runs: string;
  readonly since: string;
  readonly phase: "starting" | "running" | "waiting" | "stopped";
  /** What changes when the process should be started anew: its settings. */
  readonly settings: string;
  /** Starts after the first. */
  readonly restarts: number;
  /** Why the plugin is not running. */
  readonly error?: string;
  readonly hint?: string;
  readonly retryAt?: string;
  /** What the plugin says of itself. */
  readonly status?: PluginStatus;
}

/** The note of a host, whether or not that is still running. */
export function readNote(file: string): HostNote | undefined {
  const note = readObject(file);
  const isNote =
    Number.isSafeInteger(note?.["pid"]) &&
    Number(note?.["pid"]) > 1 &&
    typeof note?.["identity"] === "string" &&
    typeof note["since"] === "string" &&
    typeof note["phase"] === "string";
  return isNote ? (note as unknown as HostNote) : undefined;
}

/** The note of the host that is running now. A pid that has gone to another process is not taken for it. */
export function runningHost(file: string): HostNote | undefined {
  const note = readNote(file);
  return note !== undefined && isRunning({ pid: note.pid, start: note.identity }) ? note : undefined;
}

/** What tells this process from a later one with its pid. */
export function ownIdentity(): string {
  return markOf(process.pid)?.start ?? "unknown";
}
