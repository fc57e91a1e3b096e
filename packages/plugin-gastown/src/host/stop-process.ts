import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "@gastown/convoy-watcher";
import { isRunning } from "@gastown/process";
import { type HostNote, runningHost } from "./note.ts";

/** Longer than the host's patience with its plugin. */
const PATIENCE = 13_000;

/**
 * Stops the host of a note: asks it, waits, kills it.
 *
 * @returns the process that was stopped; undefined when there was none. Never touches another process.
 */
export async function stopHost(noteFile: string): Promise<HostNote | undefined> {
  const note = runningHost(noteFile);
  if (note === undefined) return undefined;
  signal(note, "SIGTERM");
  if (await ended(note, PATIENCE)) return note;
  signal(note, "SIGKILL");
  await ended(note, PATIENCE);
  return note;
}

/** Sends a signal to a process, unless its pid belongs to another one by now. */
export function signal({ pid, identity }: Pick<HostNote, "pid" | "identity">, name: NodeJS.Signals): boolean {
  if (!isRunning({ pid, start: identity })) return false;
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

async function ended({ pid, identity }: HostNote, patience: number): Promise<boolean> {
  for (const until = systemClock.now() + patience; systemClock.now() < until; await sleep(20)) {
    if (!isRunning({ pid, start: identity })) return true;
  }
  return false;
}
