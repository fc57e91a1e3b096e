import { realpathSync } from "node:fs";
import { relative, sep } from "node:path";
import { type GateOptions, parseDuration } from "@gastown/convoy-core";
import { linkOf, otherPids } from "@gastown/process";
import { findWatcher } from "./other-processes.ts";
import { SETTINGS } from "./settings-table.ts";
import { readObject, settingsFileOf } from "./state-dir.ts";
import { systemClock } from "./system-clock.ts";

/**
 * The gate as who only looks should see it: as given, else as the watcher that runs has it, else as the settings of the town
 * say. Undefined when it is off. What else is wrong with the settings is told elsewhere.
 */
export function gateOf(town: string, given?: "off" | "merge"): GateOptions | undefined {
  const { gate, mergeStale } = readObject(settingsFileOf(town)) ?? {};
  const watcher = findWatcher(town);
  const running = watcher.state === "running" ? (watcher.status?.gate ?? "off") : undefined;
  if ((given ?? running ?? gate) !== "merge") return undefined;
  const text = typeof mergeStale === "string" ? mergeStale : SETTINGS.mergeStale.byDefault;
  return { staleAfter: parseDuration(text) ?? Number.POSITIVE_INFINITY, wall: systemClock.wall };
}

/**
 * Why the gate may not hold: gt's daemon and its refinery close convoys by themselves, whether their work is merged or
 * not. Undefined when neither is seen to run.
 *
 * @param rival gt's daemon in words
 */
export function gateAdvice(town: string, rival: string | undefined): string | undefined {
  const refineries = findRefineries(town);
  const names = [
    ...(rival === undefined ? [] : [rival]),
    ...(refineries.length === 0 ? [] : [`the refinery of ${refineries.join(", ")}`]),
  ];
  if (names.length === 0) return undefined;
  return `${names.join(" and ")} ${names.length === 1 ? "closes" : "close"} convoys by ${names.length === 1 ? "itself" : "themselves"}, merged or not: the gate is only advice beside ${names.length === 1 ? "it" : "them"}`;
}

/**
 * Rigs in whose refinery somebody is at work: a process has its working directory there, as gt starts the agent. Only Linux
 * tells; elsewhere none is found.
 *
 * @param proc where the system lists its processes
 */
export function findRefineries(town: string, proc = "/proc"): string[] {
  const rigs = new Set<string>();
  const root = resolved(town);
  for (const pid of otherPids(proc)) {
    const dir = linkOf(`${proc}/${pid}/cwd`);
    if (dir === undefined) continue;
    const [rig = "", place] = relative(root, dir).split(sep);
    if (place === "refinery" && rig !== "..") rigs.add(rig);
  }
  return [...rigs].sort();
}

function resolved(dir: string): string {
  try {
    return realpathSync(dir);
  } catch {
    return dir;
  }
}
