import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { WatcherStatus } from "@gastown/convoy-watcher";
import { waitFor } from "@gastown/test-fixtures";
import type { Check } from "../../src/doctor/finding.ts";
import { lookJson } from "./look.ts";
import { scene, type Scene } from "./scene.ts";

export interface Report {
  readonly town: string | null;
  readonly healthy: boolean;
  readonly counts: Record<Check["level"], number>;
  readonly checks: readonly (Check & { readonly hint?: string })[];
}

/** What is not good, as `group/name level: fact`. */
export async function faults(of: Pick<Scene, "run">, ...args: string[]): Promise<string[]> {
  const { checks } = await lookJson<Report>(of, "doctor", ...args);
  return checks
    .filter(({ level }) => level !== "good")
    .map(({ group, name, level, fact }) => `${group}/${name} ${level}: ${fact}`);
}

/** A town in which nothing is to be found. */
export async function healthy(): Promise<Scene> {
  const made = scene();
  await made.watch();
  // The status that says so is written a moment later, and doctor would find a watcher that starts.
  const file = join(made.town.dir, ".runtime/convoy-watcher/status.json");
  await waitFor("both sources in the status", () => {
    const { sources = {} } = (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {}) as Partial<WatcherStatus>;
    return sources.bd?.state === "up" && sources.db?.state === "up";
  });
  return made;
}
