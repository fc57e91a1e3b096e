import { rmSync } from "node:fs";
import { join, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "@gastown/convoy-watcher";
import { isRunning } from "@gastown/process";
import { VERSION } from "../version.ts";
import type { InstalledPlugin } from "./discover.ts";
import { HostError } from "./errors.ts";
import { OWN_PACKAGE } from "./installed.ts";
import { digestOf, type HostNote, type Marker, runningHost } from "./note.ts";
import type { Service, Supervisor } from "./supervisors/supervisor.ts";
import { waitUntilUp } from "./wait-until-up.ts";

/**
 * Program and first arguments that run this command line again, by absolute paths.
 *
 * @throws {HostError} when they lie where npm keeps what `npx` runs: they are gone some day, and nothing starts any more
 */
export function lastingCommand(own: string = OWN_PACKAGE): [string, ...string[]] {
  if (own.includes(`${sep}_npx${sep}`))
    throw new HostError(
      "temporary-install",
      `this gastown lies in the cache of npx (${own}), which npm clears`,
      "install it first: `npm install -g @gastown/plugin-gastown`, then `gastown plugins enable …`",
    );
  const launcher = join(own, "bin", "gastown.js");
  return "Deno" in globalThis ? [process.execPath, "run", "-A", launcher] : [process.execPath, launcher];
}

/** Has the process run, unless it runs as it should; that one is then asked to look at the town at once. */
export async function startHost(
  service: Service,
  supervisor: Supervisor,
  plugin: InstalledPlugin,
  before: Marker | undefined,
  { signal, restart }: { readonly signal: AbortSignal; readonly restart: boolean },
): Promise<{ readonly note?: HostNote | undefined; readonly started: boolean }> {
  const { paths } = service;
  const running = runningHost(paths.note);
  const asItShould =
    !restart &&
    running?.phase === "running" &&
    running.version === VERSION &&
    running.runs === runsOf(plugin) &&
    running.settings === (digestOf(paths.settings) ?? "") &&
    before?.supervisor === supervisor.name;
  if (asItShould) {
    if (process.platform !== "win32") sendSignal(running, "SIGUSR2");
    return { note: running, started: false };
  }
  if (supervisor.name === "none") return { note: running, started: false };
  if (running !== undefined && before?.supervisor !== supervisor.name) await stopHost(paths.note);
  rmSync(paths.errors, { force: true });
  await supervisor.start(service);
  return { note: await waitUntilUp(paths, running, signal), started: true };
}

/** What of a plugin a process runs: another version, or one from elsewhere, is another. */
export function runsOf({ version, entry }: Pick<InstalledPlugin, "version" | "entry">): string {
  return `${version} ${entry}`;
}

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
  sendSignal(note, "SIGTERM");
  if (await ended(note, PATIENCE)) return note;
  sendSignal(note, "SIGKILL");
  await ended(note, PATIENCE);
  return note;
}

/** Sends a signal to a process, unless its pid belongs to another one by now. */
export function sendSignal({ pid, identity }: Pick<HostNote, "pid" | "identity">, name: NodeJS.Signals): boolean {
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
