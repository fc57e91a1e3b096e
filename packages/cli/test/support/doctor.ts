import { createServer } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Check } from "../../src/doctor/check.ts";
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

/** A daemon of bd, as far as the doctor can tell. */
export function listen(beadsDir: string): void {
  const server = createServer().listen(join(beadsDir, "bd.sock"));
  onTestFinished(() => void server.close());
}

/** A town in which nothing is to be found. */
export async function healthy(): Promise<Scene> {
  const made = scene();
  for (const rig of [undefined, "alpha", "beta"]) listen(made.town.beadsDir(rig));
  await made.watch();
  return made;
}
