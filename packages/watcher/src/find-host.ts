import { join } from "node:path";
import { isAlive } from "@gastown/process";
import { readObject, stateDirOf } from "./state-dir.ts";

/** The watcher as a plugin that is kept running, as far as its files say. Times are ISO 8601. */
export interface FoundHost {
  /** Its process is there. */
  readonly alive: boolean;
  /** `starting`, `running`, `waiting`, `stopped`; absent when it has left no note. */
  readonly phase?: string;
  /** Why the watcher is not running, what to do about it, and when it is tried again. */
  readonly error?: string;
  readonly hint?: string;
  readonly retryAt?: string;
}

/** Looks whether the watcher is enabled as a plugin of this town, and what its host says; undefined when it is not. */
export function findHost(town: string): FoundHost | undefined {
  const marker = readObject(join(town, "plugins", "convoy-watcher", "config.json"));
  if (typeof marker?.["managedBy"] !== "string") return undefined;
  const note = readObject(join(stateDirOf(town), "host.json"));
  const pid = note?.["pid"];
  const alive = typeof pid === "number" && Number.isSafeInteger(pid) && pid > 1 && isAlive(pid);
  const texts = ["phase", "error", "hint", "retryAt"].flatMap((name) => {
    const value = note?.[name];
    return typeof value === "string" && value !== "" ? [[name, value] as const] : [];
  });
  return { alive, ...Object.fromEntries(texts) };
}
