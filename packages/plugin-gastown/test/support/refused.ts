import { expect } from "vitest";
import { runningHost } from "../../src/host/host-note.ts";
import type { Scene } from "./scene.ts";

/** Enables, and expects a fault that leaves everything as it was. */
export async function refused({ plugins, tree, town, state }: Scene, ...args: readonly string[]): Promise<string> {
  const before = tree();
  const { code, stdout, stderr } = await plugins("enable", "convoy-watcher", ...args);
  expect(stdout).toBe("");
  expect(tree()).toEqual(before);
  expect(runningHost(state("host.json"))).toBeUndefined();
  return `${code} ${stderr.replaceAll(town.dir, "TOWN")}`;
}
