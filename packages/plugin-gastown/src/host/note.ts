import { readObject } from "./json-file.ts";
import { processIdentity } from "./process-identity.ts";

/** What a running host says of itself in `host.json`. Times are ISO 8601. */
export interface HostNote {
  readonly plugin: string;
  readonly pid: number;
  /** What tells this process from a later one with its pid. */
  readonly identity: string;
  readonly version: string;
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
  readonly status?: Readonly<Record<string, unknown>>;
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
  return note !== undefined && processIdentity(note.pid) === note.identity ? note : undefined;
}
