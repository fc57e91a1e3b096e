import { readFileSync } from "node:fs";
import { messageOf } from "@gastown/convoy-core";
import { readObject, writeAtomically } from "@gastown/convoy-watcher/host";
import type { PluginHandle, PluginLogger, PluginStatus } from "@gastown/plugin-api";
import { isRunning, markOf } from "@gastown/process";
import type { RunState } from "./life.ts";
import { type InstalledPlugin, runsOf, VERSION } from "./packages.ts";
import type { PluginPaths } from "./paths.ts";

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

/** How often what the plugin says of itself is looked at, in milliseconds. */
const EVERY = 1_000;

/** Keeps the note of this process up to date. */
export interface HostNoteKeeper {
  readonly onState: (state: RunState) => void;
  /** Has the plugin do once, now, what it does. */
  trigger(): void;
  end(): void;
}

export function createHostNote(
  plugin: InstalledPlugin,
  { note, settings }: PluginPaths,
  logger: PluginLogger,
): HostNoteKeeper {
  const first = {
    plugin: plugin.name,
    pid: process.pid,
    identity: markOf(process.pid)?.start ?? "unknown",
    version: VERSION,
    runs: runsOf(plugin),
    since: new Date().toISOString(),
  };
  let state: RunState = { phase: "starting" };
  let handle: PluginHandle | undefined;
  let restarts = -1;
  let settingsRead = "";
  let written = "";

  const write = (): void => {
    const status = statusOf(handle);
    const trouble = state.phase === "waiting" && {
      error: state.error,
      ...(state.hint !== undefined && { hint: state.hint }),
      retryAt: new Date(state.retryAt).toISOString(),
    };
    const now: HostNote = {
      ...first,
      phase: state.phase,
      settings: settingsRead,
      restarts: Math.max(0, restarts),
      ...trouble,
      ...(status && { status }),
    };
    const text = `${JSON.stringify(now, undefined, 2)}\n`;
    if (text === written) return;
    try {
      writeAtomically(note, text);
      written = text;
    } catch {
      // A full disk must not stop the plugin; the note is then old.
    }
  };
  const timer = setInterval(write, EVERY).unref();

  return {
    onState(next) {
      state = next;
      if (next.phase === "starting") {
        restarts += 1;
        settingsRead = digestOf(settings);
      }
      handle = next.phase === "running" ? next.handle : undefined;
      write();
    },
    trigger() {
      const work = handle?.trigger?.();
      if (work === undefined) return;
      logger.info("triggered");
      work.catch((error: unknown) => logger.warn(`the trigger failed: ${messageOf(error)}`));
    },
    end() {
      clearInterval(timer);
      write();
    },
  };
}

function statusOf(handle: PluginHandle | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    return handle?.status();
  } catch {
    return undefined;
  }
}

/**
 * Tells whether a file is still what it was; empty where there is none. FNV-1a, since nobody is to be kept from making
 * two alike, and node:crypto takes megabytes in a process that stays.
 */
export function digestOf(file: string): string {
  try {
    let hash = 0x811c9dc5;
    for (const byte of readFileSync(file)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    return hash.toString(16);
  } catch {
    return "";
  }
}
