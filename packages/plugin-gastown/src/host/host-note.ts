import { messageOf } from "@gastown/convoy-core";
import { writeAtomically } from "@gastown/convoy-watcher/host";
import type { PluginHandle, PluginLogger } from "@gastown/plugin-api";
import { VERSION } from "../version.ts";
import type { InstalledPlugin } from "./discover.ts";
import { runsOf } from "./host-process.ts";
import { digestOf, type HostNote, ownIdentity } from "./note.ts";
import type { PluginPaths } from "./paths.ts";
import type { RunState } from "./run-plugin.ts";

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
    identity: ownIdentity(),
    version: VERSION,
    runs: runsOf(plugin),
    since: new Date().toISOString(),
  };
  let state: RunState = { phase: "starting" };
  let handle: PluginHandle | undefined;
  let starts = 0;
  let settingsRead = "";
  let written = "";

  const write = (): void => {
    const status = statusOf(handle);
    const { phase } = state;
    const trouble = state.phase === "waiting" && {
      error: state.error,
      ...(state.hint !== undefined && { hint: state.hint }),
      retryAt: new Date(state.retryAt).toISOString(),
    };
    const now: HostNote = {
      ...first,
      phase,
      settings: settingsRead,
      restarts: Math.max(0, starts - 1),
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
        starts += 1;
        settingsRead = digestOf(settings) ?? "";
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
