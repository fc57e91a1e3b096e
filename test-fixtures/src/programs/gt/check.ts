import { setTimeout as sleep } from "node:timers/promises";
import type { ConvoyControl } from "../../control.ts";
import { generationOf } from "../../gt-generations.ts";
import { fail, out } from "../lib/stand-in.ts";
import { completed, land } from "./land.ts";
import { alreadyClosed } from "./tell.ts";
import { findConvoy, openConvoys, progress } from "./town.ts";
import type { Convoy, Town } from "./town.ts";

const listed = (convoys: readonly Convoy[]): string => {
  if (convoys.length === 0) return "No convoys ready to close.\n";
  const lines = convoys.map(({ id, title }) => `  🚚 ${id}: ${title}\n`);
  return `✓ Auto-closed ${convoys.length} convoy(s):\n${lines.join("")}`;
};

/** gt of 2026-01-12: every open convoy, whatever the arguments, one after the other; exit status 0. */
export const checkAsSeed = async (town: Town, control: ConvoyControl): Promise<void> => {
  const landed: Convoy[] = [];
  for (const convoy of openConvoys(town)) {
    await sleep(control.perConvoyMs ?? 0);
    const { total, open } = progress(town, convoy.id, control);
    if (total > 0 && open === 0 && (await land(town, convoy, completed, control))) landed.push(convoy);
  }
  out(listed(landed));
};

/** What is not closed, in words: since June 2026 gt tells what it cannot see from what is open. */
const remaining = (open: number, unknown: number, control: ConvoyControl): string => {
  if (generationOf(control) !== "july" || unknown === 0) return `${open + unknown} open issue(s) remaining`;
  if (open > 0) return `${open} open, ${unknown} unknown (cross-rig unreachable) issue(s) remaining`;
  return `${unknown} tracked issue(s) with unknown status (cross-rig unreachable)`;
};

/** One convoy as the later gt treats it: nothing is said of an empty one. */
const checkOne = async (town: Town, convoy: Convoy, dryRun: boolean, control: ConvoyControl): Promise<boolean> => {
  const { total, open, unknown } = progress(town, convoy.id, control);
  if (total === 0) return false;
  if (open > 0) {
    out(`○ Convoy ${convoy.id} has ${remaining(open - unknown, unknown, control)}\n`);
    return false;
  }
  if (!dryRun) {
    const say = (): void => out(`✓ Auto-closed convoy 🚚 ${convoy.id}: ${convoy.title}\n`);
    return land(town, convoy, completed, control, { say });
  }
  out(`⚠ Would auto-close convoy 🚚 ${convoy.id}: ${convoy.title}\n`);
  return true;
};

const checkAll = async (town: Town, dryRun: boolean, control: ConvoyControl): Promise<void> => {
  const landed: Convoy[] = [];
  for (const convoy of openConvoys(town)) {
    await sleep(control.perConvoyMs ?? 0);
    if (await checkOne(town, convoy, dryRun, control)) landed.push(convoy);
  }
  out(dryRun ? listed(landed).replace("✓ Auto-closed", "⚠ Would auto-close") : listed(landed));
};

const known = /^(open|closed|staged_ready|staged_warnings)$/;

/** gt of 2026-04-30: the convoy named, or all of them. */
export const checkAsHead = async (
  town: Town,
  id: string | undefined,
  dryRun: boolean,
  control: ConvoyControl,
): Promise<void> => {
  if (id === undefined) return checkAll(town, dryRun, control);
  const found = findConvoy(town, id);
  if ("error" in found) return void fail(`Error: ${found.error}`);
  const { convoy } = found;
  await sleep(control.perConvoyMs ?? 0);
  if (!known.test(convoy.status))
    fail(`Error: convoy '${id}' has invalid lifecycle state: unsupported convoy status "${convoy.status}"`);
  if (convoy.status === "closed") return alreadyClosed(town, convoy, control, generationOf(control) === "july");
  await checkOne(town, convoy, dryRun, control);
};
