import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "@gastown/convoy-watcher";
import { HostError } from "./errors.ts";
import { type HostNote, runningHost } from "./note.ts";
import type { PluginPaths } from "./paths.ts";

/** Milliseconds for a process to come up, and its plugin to get ready. */
const PATIENCE = 30_000;

/** What a process says on stderr counts as its last words when none has been running for so long. */
const LAST_WORDS = 1_000;

/**
 * Waits until the plugin is running, in another process than the previous one.
 *
 * @throws {HostError} when it is not, with what it says of that
 */
export async function waitUntilUp(
  { note, errors, log }: PluginPaths,
  previous: HostNote | undefined,
  signal: AbortSignal,
): Promise<HostNote> {
  let last: HostNote | undefined;
  let silentSince = systemClock.now();
  for (const until = systemClock.now() + PATIENCE; systemClock.now() < until;) {
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
    const said = textOf(errors);
    if (said !== "" && systemClock.now() - silentSince > LAST_WORDS)
      throw new HostError("start-failed", `it does not start: ${said}`, `see ${log}`);
    await sleep(50, undefined, { signal }).catch(() => undefined);
  }
  throw new HostError(
    "start-failed",
    `it is not up after ${PATIENCE / 1000} s${last === undefined ? "" : ` (${last.phase})`}`,
    `see ${log}, or what the supervisor says`,
  );
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8").trim().slice(-1_000);
  } catch {
    return "";
  }
}
