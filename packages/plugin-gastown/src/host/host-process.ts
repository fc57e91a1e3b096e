import { rmSync } from "node:fs";
import { join, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "@gastown/convoy-watcher";
import { isRunning, readText } from "@gastown/process";
import { HostError } from "./errors.ts";
import { digestOf, type HostNote, runningHost } from "./host-note.ts";
import { type InstalledPlugin, OWN_PACKAGE, runsOf, VERSION } from "./packages.ts";
import type { PluginPaths } from "./paths.ts";
import type { Marker } from "./plugin-dir.ts";
import type { Service, Supervisor } from "./supervisors/supervisor.ts";

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
  { signal, anew }: { readonly signal: AbortSignal; readonly anew: boolean },
): Promise<{ readonly note?: HostNote | undefined; readonly started: boolean }> {
  const { paths } = service;
  const running = runningHost(paths.note);
  const asItShould =
    !anew &&
    running?.phase === "running" &&
    running.version === VERSION &&
    running.runs === runsOf(plugin) &&
    running.settings === digestOf(paths.settings) &&
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

/** Milliseconds for a process to come up, and its plugin to get ready. */
const UP_PATIENCE = 30_000;

/** What a process says on stderr counts as its last words when none has been running for so long. */
const LAST_WORDS = 1_000;

/**
 * Waits until the plugin is running, in another process than the previous one.
 *
 * @throws {HostError} when it is not, with what it says of that
 */
async function waitUntilUp(
  { note, errors, log }: PluginPaths,
  previous: HostNote | undefined,
  signal: AbortSignal,
): Promise<HostNote> {
  let last: HostNote | undefined;
  let silentSince = systemClock.now();
  for (const until = systemClock.now() + UP_PATIENCE; systemClock.now() < until;) {
    signal.throwIfAborted();
    const host = runningHost(note);
    if (host !== undefined && host.identity !== previous?.identity) {
      last = host;
      silentSince = systemClock.now();
      if (host.phase === "running") return host;
      if (host.phase === "waiting")
        throw new HostError(
          "not-ready",
          `it does not get ready: ${host.error ?? "no reason given"}`,
          host.hint ?? `see ${log}`,
        );
    }
    const said = readText(errors)?.trim().slice(-1_000) ?? "";
    if (said !== "" && systemClock.now() - silentSince > LAST_WORDS)
      throw new HostError("start-failed", `it does not start: ${said}`, `see ${log}`);
    await sleep(50, undefined, { signal }).catch(() => undefined);
  }
  throw new HostError(
    "start-failed",
    `it is not up after ${UP_PATIENCE / 1000} s${last === undefined ? "" : ` (${last.phase})`}`,
    `see ${log}, or what the supervisor says`,
  );
}

/** Longer than the host's patience with its plugin. */
const END_PATIENCE = 13_000;

/**
 * Stops the host of a note: asks it, waits, kills it.
 *
 * @returns the process that was stopped; undefined when there was none. Never touches another process.
 */
export async function stopHost(noteFile: string): Promise<HostNote | undefined> {
  const note = runningHost(noteFile);
  if (note === undefined) return undefined;
  sendSignal(note, "SIGTERM");
  if (await ended(note, END_PATIENCE)) return note;
  sendSignal(note, "SIGKILL");
  await ended(note, END_PATIENCE);
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
